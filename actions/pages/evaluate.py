"""How often the right passage is quoted, and how often one is quoted although none answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.errors import BadFile
from bot.find_passage import Near, PageIndex
from bot.wilson import wilson

WORDS, MEANING, BOTH, KNOWN = "words", "meaning", "both", "service"
NONE = "none"


@dataclass(frozen=True)
class Question:
    """``page`` answers it, in a passage that holds the words ``has``; ``none``: no page does.
    ``tune``: it was looked at when limits were chosen. ``service``: code of the service that is
    known already, for a question that none of its pages answers."""

    ask: str
    page: str
    has: str = ""
    lang: str = "en"
    tune: bool = False
    service: int | None = None


def read_questions(path: Path) -> list[Question]:
    """The questions in a YAML list. Raises BadFile for the first that is wrong."""
    remedy = "Write - {ask: …, page: …}, and has, lang or tune where they apply."
    try:
        listed = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BadFile(path, None, "cannot be read", remedy) from error
    return [_question(path, n, one, remedy) for n, one in enumerate(listed or (), start=1)]


def _question(path: Path, number: int, one: Any, remedy: str) -> Question:
    try:
        return Question(**one)
    except TypeError as error:
        raise BadFile(path, None, f"question {number} is none", remedy) from error


def code_of(index: PageIndex, question: Question) -> int | None:
    """The service that the question is about: what it names, or the first of its page."""
    held = {p.page.name: p.page.lgsl for p in index.passages}
    return question.service or min(held.get(question.page, ()), default=None)


def answered(index: PageIndex, question: Question, today: date, way: str, near: Near) -> str:
    """What comes of a question: ``right``, ``wrong`` (another passage), ``false`` (quoted although
    no page answers) or ``nothing``. ``way`` KNOWN: by both, when the service is known."""
    ask = "" if way == MEANING else question.ask
    given = None if way == WORDS else near
    code = code_of(index, question) if way == KNOWN else None
    found = index.find(ask, today, language=question.lang, lgsl=code, near=given)
    if found is None:
        return "nothing"
    if question.page == NONE:
        return "false"
    right = found.page.name == question.page and question.has in found.passage
    return "right" if right else "wrong"


def table(
    index: PageIndex, asked: Sequence[Question], today: date, nears: Sequence[Near] | None
) -> Iterator[str]:
    """Lines to print: each way of searching, by language and by whether limits were chosen on
    the questions. Without ``nears`` words alone are measured."""
    heads = f"{'right passage':>24}{'wrong passage':>16}{'none fits, yet quoted':>26}"
    yield f"{'by':8}{'questions':24}{heads}"
    for way in (WORDS, MEANING, BOTH, KNOWN) if nears is not None else (WORDS,):
        pairs = zip(asked, nears or [{}] * len(asked), strict=True)
        fit = [(q, near) for q, near in pairs if way != KNOWN or code_of(index, q)]
        came = [(q, answered(index, q, today, way, near)) for q, near in fit]
        for name, part in _parts(came).items():
            if part:
                yield f"{way:8}{name:24}{_row(part)}"


def misses(
    index: PageIndex, asked: Sequence[Question], today: date, nears: Sequence[Near] | None
) -> Iterator[str]:
    """Each question that was not answered as it should be, in words."""
    for question, near in zip(asked, nears or [{}] * len(asked), strict=True):
        found = index.find(question.ask, today, language=question.lang, near=near)
        got = found.page.name if found else NONE
        if answered(index, question, today, BOTH, near) in ("wrong", "false") or (
            got == NONE != question.page
        ):
            yield f"  {question.ask}: {got}, not {question.page}"


def _parts(came: list[tuple[Question, str]]) -> Mapping[str, list[tuple[Question, str]]]:
    def of(english: bool, tune: bool) -> list[tuple[Question, str]]:
        return [one for one in came if (one[0].lang == "en", one[0].tune) == (english, tune)]

    return {
        "English, tuned on": of(True, True),
        "English, kept back": of(True, False),
        "other lang., tuned on": of(False, True),
        "other lang., kept back": of(False, False),
    }


def _row(part: list[tuple[Question, str]]) -> str:
    answerable = [what for question, what in part if question.page != NONE]
    others = [what for question, what in part if question.page == NONE]
    wrong = f"{answerable.count('wrong')} of {len(answerable)}"
    right = _share(answerable.count("right"), len(answerable))
    return f"{right:>24}{wrong:>16}{_share(others.count('false'), len(others)):>26}"


def _share(k: int, n: int) -> str:
    if not n:
        return "none asked"
    low, high = wilson(k, n)
    return f"{k} of {n} ({low * 100:.0f}–{high * 100:.0f} %)"
