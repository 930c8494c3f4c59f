"""The audit on ten million turn records, beside fairlearn's own bootstrap and Aequitas.

``python -m benchmarks.audit [--rows N] [--form csv] [--aequitas PYTHON] [--write]`` prints a table,
and with --write puts it into docs/performance.md. fairlearn resamples rows, so it runs on fewer
rows and resamples and its time is scaled to ours; the scaling is printed. Aequitas needs older pins
than ours: name a Python that has it, in a place apart.
"""

from __future__ import annotations

import argparse
import datetime
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd
from fairlearn.metrics import MetricFrame, selection_rate

GROUPS = ("language", "medium", "age_band", "sex", "ethnicity", "disability")
LEVELS = {
    "language": ("en", "pl", "cy", "ur", "bn"),
    "medium": ("web", "sms"),
    "age_band": ("16_24", "25_44", "45_64", "65_over"),
    "sex": ("female", "male"),
    "ethnicity": ("white", "black", "asian", "mixed", "other"),
    "disability": ("disabled", "not_disabled"),
}
SMALL_ROWS, SMALL_RESAMPLES = 100_000, 20

_AEQUITAS = """
import sys, time, pandas as pd
from aequitas.group import Group
names = {{"fallback": "score", "misunderstood": "label_value"}}
df = pd.read_csv(sys.argv[1]).rename(columns=names)
df["score"] = df["score"].astype(int); df["label_value"] = df["label_value"].astype(int)
began = time.perf_counter()
Group().get_crosstabs(df[["score", "label_value", *{groups!r}]], attr_cols={groups!r})
print(time.perf_counter() - began)
"""


PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
START, END = "<!-- audit: start -->", "<!-- audit: end -->"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the audit's own speed.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--resamples", type=int, default=10_000)
    parser.add_argument("--form", choices=["parquet", "csv", "both"], default="both")
    parser.add_argument("--aequitas", help="a Python that has Aequitas")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    given = parser.parse_args()
    began = f"{datetime.date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before"
    lines = [f"{began}. Every table is made up, with a truth about need and no disparity.", ""]
    lines += HEAD
    with TemporaryDirectory() as folder:
        small = Path(folder) / "small.csv"
        make(small, SMALL_ROWS, "csv, header")
        for form in ("parquet", "csv") if given.form == "both" else (given.form,):
            big = Path(folder) / f"big.{form}"
            make(big, given.rows, "parquet" if form == "parquet" else "csv, header")
            taken = ours(big, Path(folder) / form, given.resamples)
            big.unlink()
            lines.append(taken.row(f"Fairway, {form}", given.rows, 6, 3, given.resamples))
        theirs = fairlearn_seconds(small)
        lines.append(
            f"| fairlearn `MetricFrame(n_boot={SMALL_RESAMPLES})`, one measure | "
            f"{SMALL_ROWS:,} | 3, crossed | {SMALL_RESAMPLES} | {theirs:.1f} | – | – |"
        )
        if given.aequitas:
            seconds = aequitas_seconds(given.aequitas, small)
            lines.append(
                f"| Aequitas crosstabs | {SMALL_ROWS:,} | 6, single | none | "
                f"{seconds:.1f} | – | – |"
            )
        scale = given.rows / SMALL_ROWS * given.resamples / SMALL_RESAMPLES
        lines += ["", f"fairlearn draws rows: at {given.rows:,} rows and {given.resamples:,} "
                  f"resamples its time, linear in both, would be {theirs * scale:,.0f} s, "
                  f"{theirs * scale / taken.seconds:,.0f} times ours, for one measure of the "
                  "report's and without its tests, files and disclosure control."]  # fmt: skip
    say("\n".join(lines))
    if given.write:
        _write("\n".join(lines))


HEAD = (
    "| | rows | attributes | resamples | seconds | processor seconds | peak MB |",
    "|---|---:|---|---:|---:|---:|---:|",
)


@dataclass(frozen=True)
class Taken:
    """What one run of the command took. ``peak`` in MB."""

    seconds: float
    processor: float
    peak: float

    def row(self, name: str, rows: int, attributes: int, depth: int, resamples: int) -> str:
        """A line of the table."""
        return (f"| {name}, every measure | {rows:,} | {attributes}, depth {depth} | {resamples:,} "
                f"| {self.seconds:.1f} | {self.processor:.1f} | {self.peak:.0f} |")  # fmt: skip


def _write(table: str) -> None:
    text = PAGE.read_text("utf-8")
    before, rest = text.split(START, 1)
    PAGE.write_text(f"{before}{START}\n{table}\n{END}{rest.split(END, 1)[1]}", "utf-8")


def make(path: Path, rows: int, form: str) -> None:
    """Made-up turn records: four turns a conversation, no disparity."""
    columns = [
        f"[{', '.join(map(repr, values))}][1 + CAST(hash(range // 4 + {i}) % {len(values)} AS INT)]"
        f" AS {name}"
        for i, (name, values) in enumerate(LEVELS.items())
    ]
    duckdb.sql(
        f"COPY (SELECT 'c' || (range // 4) AS conversation_id, range % 4 + 1 AS turn, "
        f"{', '.join(columns)}, hash(range) % 10 = 0 AS fallback, "
        f"hash(range + 5) % 10 = 0 AS misunderstood, "
        f"['digital', 'assisted', 'face_to_face'][1 + CAST(hash(range // 4 + 99) % 3 AS INT)] "
        f"AS route_channel, "
        f"['digital', 'assisted'][1 + CAST(hash(range // 4 + 7) % 2 AS INT)] AS needed_channel "
        f"FROM range({rows})) TO '{path}' (FORMAT {form})"
    )


def ours(path: Path, out: Path, resamples: int) -> Taken:
    """The command, in a process of its own."""
    command = [
        sys.executable, "-m", "fairness", "audit", "--decisions", str(path), "--groups",
        ",".join(GROUPS), "--depth", "3", "--resamples", str(resamples), "--out", str(out),
        "--quiet",
    ]  # fmt: skip
    began = time.perf_counter()
    # wait4 tells of this one process: two runs after each other must not add up.
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as run:
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise subprocess.CalledProcessError(run.returncode, command)
    seconds = time.perf_counter() - began
    return Taken(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def fairlearn_seconds(path: Path) -> float:
    """fairlearn's own bootstrap of one measure over three attributes crossed."""
    rows = pd.read_csv(path)
    began = time.perf_counter()
    MetricFrame(
        metrics=selection_rate, y_true=rows["fallback"], y_pred=rows["fallback"],
        sensitive_features=rows[["language", "age_band", "ethnicity"]],
        n_boot=SMALL_RESAMPLES, ci_quantiles=[0.025, 0.975], random_state=1,
    )  # fmt: skip
    return time.perf_counter() - began


def aequitas_seconds(python: str, path: Path) -> float:
    """Aequitas' crosstabs, which take no resamples and cross no attributes."""
    script = _AEQUITAS.format(groups=list(GROUPS))
    ran = subprocess.run([python, "-c", script, str(path)], check=True, capture_output=True)
    return float(ran.stdout.split()[-1])


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
