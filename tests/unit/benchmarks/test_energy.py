"""Energy of a thousand messages: metered where there is a meter, said to be estimated elsewhere."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.energy import Energy, Meter, energy_lines, package_joules


def package(folder, name: str, joules: float) -> None:
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "energy_uj").write_text(f"{joules * 1e6:.0f}\n")


@pytest.fixture
def busy():
    """A process whose child works."""
    work = "sum(i * i for i in range(3_000_000)); print(flush=True); input()"
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process
        process.stdin.close()


def test_watts_times_seconds_in_watt_hours():
    assert Energy(500, 36.0, None).seconds_of_thousand == 72.0
    assert Energy(500, 36.0, None).wh_of_thousand(10.0) == pytest.approx(0.2)


def test_a_meter_counts_instead_of_the_watts_that_were_said():
    assert Energy(1000, 36.0, 7200.0).wh_of_thousand(10.0) == pytest.approx(2.0)
    assert "metered" in energy_lines(Energy(1000, 36.0, 7200.0), 10.0)[1]
    assert "estimated: 10 W" in energy_lines(Energy(1000, 36.0, None), 10.0)[1]


def test_packages_are_added_and_their_parts_are_not_counted_twice(tmp_path):
    package(tmp_path, "intel-rapl:0", 100.0)
    package(tmp_path, "intel-rapl:0:0", 60.0)
    package(tmp_path, "intel-rapl:1", 10.0)
    assert package_joules(tmp_path) == pytest.approx(110.0)
    assert package_joules(tmp_path / "none") is None
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("?")
    assert package_joules(tmp_path) is None


def test_what_a_child_works_is_counted_with_the_energy_of_the_time(busy, tmp_path):
    package(tmp_path, "intel-rapl:0", 100.0)
    meter = Meter(busy, tmp_path)
    busy.stdout.readline()
    package(tmp_path, "intel-rapl:0", 103.0)
    used = meter.read(10)
    assert used.processor_seconds > 0.02
    assert used.joules == pytest.approx(3.0)
    package(tmp_path, "intel-rapl:0", 1.0)  # the counter began anew
    assert meter.read(10).joules is None
