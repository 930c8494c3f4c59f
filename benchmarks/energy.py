"""What messages cost in processor time, and in energy where the machine has a meter.

The meter is RAPL (Running Average Power Limit) as Linux shows it: the energy of the processor
package since a moment, with everything else that runs on it. Where it cannot be read (a virtual
machine, no rights) energy is processor seconds times the watts of a busy core, which the reader has
to say: it is an estimate, and called so.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import tree

POWERCAP = Path("/sys/class/powercap")
JOULES_IN_WH = 3600.0


@dataclass(frozen=True)
class Energy:
    """Of ``messages`` messages. ``joules`` is None where no meter can be read."""

    messages: int
    processor_seconds: float
    joules: float | None

    @property
    def seconds_of_thousand(self) -> float:
        """Processor seconds of 1,000 messages."""
        return 1000 * self.processor_seconds / self.messages

    def wh_of_thousand(self, watts: float) -> float:
        """Watt-hours of 1,000 messages: metered, else ``watts`` of a busy core times its time."""
        if self.joules is not None:
            return 1000 * self.joules / self.messages / JOULES_IN_WH
        return self.seconds_of_thousand * watts / JOULES_IN_WH


class Meter:
    """Reads from now on what ``process`` and everything it started use."""

    def __init__(self, process: subprocess.Popen[bytes], powercap: Path = POWERCAP) -> None:
        self._process, self._powercap = process, powercap
        self._seconds, self._joules = processor_seconds(process), package_joules(powercap)

    def read(self, messages: int) -> Energy:
        """What was used since the start for ``messages`` messages."""
        used = processor_seconds(self._process) - self._seconds
        now = package_joules(self._powercap)
        metered = None if now is None or self._joules is None else now - self._joules
        # A counter that began anew in between tells nothing.
        return Energy(messages, used, metered if metered is None or metered >= 0 else None)


def processor_seconds(process: subprocess.Popen[bytes]) -> float:
    """Of the process and everything it started that still runs (Linux, from /proc)."""
    ticks = sum(ticks_of(pid) for pid in tree(process.pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def ticks_of(pid: int) -> int:
    """Processor ticks that a process has used; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])  # utime and stime


def package_joules(powercap: Path = POWERCAP) -> float | None:
    """Energy of all processor packages since some moment; None: no meter can be read."""
    try:
        packages = [p for p in powercap.glob("intel-rapl:*") if p.name.count(":") == 1]
        held = [int((p / "energy_uj").read_text()) for p in packages]
    except (OSError, ValueError):
        return None
    return sum(held) / 1e6 if held else None


def energy_lines(energy: Energy, watts: float) -> list[str]:
    """In words."""
    how = "metered (RAPL, the whole processor)"
    if energy.joules is None:
        how = f"estimated: {watts:g} W for a busy core; no meter can be read here"
    return [
        f"Processor time: {energy.seconds_of_thousand:.0f} s for 1,000 messages.",
        f"Energy: {energy.wh_of_thousand(watts):.2f} Wh for 1,000 messages ({how}).",
    ]
