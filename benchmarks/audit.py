"""The audit on ten million turn records, beside fairlearn's own bootstrap and Aequitas.

``python -m benchmarks.audit [--rows N] [--aequitas PYTHON]`` prints a table. fairlearn resamples
rows, so it runs on fewer rows and resamples and its time is scaled to ours; the scaling is
printed. Aequitas needs older pins than ours: name a Python that has it, in a place apart.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
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


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the audit's own speed.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--resamples", type=int, default=10_000)
    parser.add_argument("--aequitas", help="a Python that has Aequitas")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        big, small = Path(folder) / "big.parquet", Path(folder) / "small.csv"
        make(big, given.rows, "parquet")
        make(small, SMALL_ROWS, "csv, header")
        seconds, peak = ours(big, Path(folder) / "out", given.resamples)
        say(f"Fairway: {given.rows:,} turns, {len(GROUPS)} attributes, depth 3, "
            f"{given.resamples:,} resamples: {seconds:.1f} s, {peak:.0f} MB")  # fmt: skip
        theirs = fairlearn_seconds(small)
        say(f"fairlearn MetricFrame(n_boot={SMALL_RESAMPLES}), three attributes crossed, one "
            f"measure, {SMALL_ROWS:,} rows: {theirs:.1f} s")  # fmt: skip
        scale = given.rows / SMALL_ROWS * given.resamples / SMALL_RESAMPLES
        say(f"  at {given.rows:,} rows and {given.resamples:,} resamples (linear in both): "
            f"{theirs * scale:,.0f} s, {theirs * scale / seconds:,.0f} times ours")  # fmt: skip
        if given.aequitas:
            say(f"Aequitas crosstabs, single attributes, no resampling, {SMALL_ROWS:,} rows: "
                f"{aequitas_seconds(given.aequitas, small):.1f} s")  # fmt: skip


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
        f"AS route_channel FROM range({rows})) TO '{path}' (FORMAT {form})"
    )


def ours(path: Path, out: Path, resamples: int) -> tuple[float, float]:
    """Seconds and peak memory (MB) of the command, in a process of its own."""
    command = [
        sys.executable, "-m", "fairness", "audit", "--decisions", str(path), "--groups",
        ",".join(GROUPS), "--depth", "3", "--resamples", str(resamples), "--out", str(out),
        "--quiet",
    ]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


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
