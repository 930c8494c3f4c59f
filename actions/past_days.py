"""A day said without its year, or by its weekday alone: which one is meant."""

from __future__ import annotations

import re
from datetime import date

from bot.folding import WORD, fold

# machine-written but for English, awaiting review by native speakers; words that may also mean
# "from" (od, з, se, 从) are left out: "from Monday" may be to come
_PAST_WORDS = (  # en, cy, pl, ro, pt, so, uk, ur-Latn, ur, bn, pa, ar, zh
    *("last", "since", "ers", "diwethaf", "diwetha", "ostatni", "ostatnia", "ostatnią"),
    *("zeszły", "zeszła", "zeszłą", "ubiegły", "ubiegłą", "trecut", "trecută", "trecuta"),
    *("última", "último", "passada", "passado", "desde", "hore", "минулий", "минулого"),
    *("минулої", "минулу", "минула", "pichle", "pichla", "pichli", "guzishta", "پچھلے"),
    *("پچھلی", "پچھلا", "گزشتہ", "গত", "ਪਿਛਲੇ", "ਪਿਛਲੀ", "ਪਿਛਲਾ", "الماضي", "الماضية", "منذ"),
    *("上周", "上个星期", "上星期", "上礼拜", "自从"),
)
_SPELT = (r"\s*".join(map(re.escape, fold(word).split())) for word in _PAST_WORDS)
_PAST = re.compile(rf"(?<![{WORD}])(?:{'|'.join(_SPELT)})(?![{WORD}])")
_PAST_CODE = re.compile(r"(?:^|_)(?:since|started|began|happened|noticed|missed)(?:_|$)")


def is_past(code: str, text: str) -> bool:
    """Whether the day must have been: the question ``code`` is about such a day, as "since when?"
    is, or the answer's words say so."""
    return bool(_PAST_CODE.search(code) or _PAST.search(fold(text)))


def nearest_day(month: int, day: int, today: date, past: bool) -> date | None:
    """That day of the year it is nearest in: in January, 25 December is that of last year. None
    when there is no such day."""
    years = range(max(today.year - 1, 1), min(today.year + 1, 9999) + 1)
    days = (_day(year, month, day) for year in years)
    fitting = [one for one in days if one and not (past and one > today)]
    return min(fitting, key=lambda one: abs(one - today), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
