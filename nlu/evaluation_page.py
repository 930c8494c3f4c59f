"""The figures of understanding as JSON, CSV, and a page with a picture."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from html import escape
from pathlib import Path

from nlu.shares import Share

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ccc;padding:.3rem;"
    "text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}"
    "svg{max-width:100%;height:auto}"
)
_PICTURED = ("service, first guess", "kind", "danger found")
_ROW, _LEFT, _WIDE = 22, 240, 480  # pixels of the picture


def write_evaluation(
    folder: Path, shares: Sequence[Share], model: str, sets: Sequence[str]
) -> None:
    """Write ``understanding.json``, ``.csv`` and ``.html`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"date": date.today().isoformat(), "model": model, "sets": list(sets)}
    report = {**head, "shares": [asdict(one) for one in shares]}
    (folder / "understanding.json").write_text(json.dumps(report, indent=1), "utf-8")
    with (folder / "understanding.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, list(Share.__dataclass_fields__))
        rows.writeheader()
        rows.writerows(asdict(one) for one in shares)
    (folder / "understanding.html").write_text(_page(shares, model, sets), "utf-8")


def _page(shares: Sequence[Share], model: str, sets: Sequence[str]) -> str:
    about = f"Model {model}, {date.today().isoformat()}, sets: {', '.join(sets)}."
    pictures = "".join(_picture(what, shares) for what in _PICTURED)
    rows = "".join(map(_table_row, shares))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>How well messages are understood</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>How well messages are understood</h1><p>{escape(about)} "
        "Bars show 95 % intervals (Wilson). The sets are machine-written; cells are small.</p>"
        f"{pictures}<h2>Every figure</h2><table><thead><tr><th>Language</th><th>What</th>"
        "<th>Group</th><th>Right</th><th>Of</th><th>Share</th><th>95 % interval</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></main></body></html>\n"
    )


def _picture(what: str, shares: Sequence[Share]) -> str:
    """Dots with intervals, one row a language and group; the table below says the same."""
    shown = [s for s in shares if s.what == what and not s.group.startswith("service_")]
    rows = "".join(_dot(s, i * _ROW + 12) for i, s in enumerate(shown))
    height = len(shown) * _ROW + 6
    size = f'viewBox="0 0 {_LEFT + _WIDE + 60} {height}" width="{_LEFT + _WIDE + 60}"'
    label = escape(f"{what}, by language and group; the table holds the same figures")
    head = f"<h2>{escape(what.capitalize())}</h2>"
    return f'{head}<svg {size} role="img" aria-label="{label}">{rows}</svg>'


def _dot(s: Share, y: int) -> str:
    if s.share is None or s.low is None or s.high is None:
        return ""
    low, mid, high = (_LEFT + round(_WIDE * x) for x in (s.low, s.share, s.high))
    return (
        f'<text x="0" y="{y + 4}" font-size="13">{escape(f"{s.lang} {s.group} (n = {s.n})")}</text>'
        f'<line x1="{low}" x2="{high}" y1="{y}" y2="{y}" stroke="#1d70b8" stroke-width="3"/>'
        f'<circle cx="{mid}" cy="{y}" r="5" fill="#0b0c0c"/>'
        f'<text x="{_LEFT + _WIDE + 10}" y="{y + 4}" font-size="13">{s.share:.2f}</text>'
    )


def _table_row(s: Share) -> str:
    range_ = f"{s.low:.3f} to {s.high:.3f}" if s.low is not None else "–"
    k = s.k if s.low is not None else "–"
    return (
        f"<tr><td>{escape(s.lang)}</td><td>{escape(s.what)}</td><td>{escape(s.group)}</td>"
        f'<td class="n">{k}</td><td class="n">{s.n}</td><td class="n">{s.share:.3f}</td>'
        f'<td class="n">{range_}</td></tr>'
    )
