"""The reference of a report, a request or an appointment that a message names.

A message that asks for news is full of other numbers: "from 2 days ago", "on the A49", a postcode.
Taken for references, they show the news of somebody else's report.
"""

from __future__ import annotations

import re
import unicodedata

from actions.hear_more import PHONE
from actions.turn import Turn
from bot.folding import fold

_OURS = "[a-z]-[acdefghjklmnpqrtuvwxy34679]{6,7}"
"""A reference of appointments, of cases and of letters to a team, which may be letters alone."""
_NO_YEAR = r"(?!(?:19|20)\d\d(?!\w))"
_SHAPED = re.compile(
    rf"(?<![\w£$€+.,/:-])(?:{_OURS}|[a-z]{{1,5}}(?:-[a-z]{{2,10}})?-{_NO_YEAR}\d{{4,12}}|"
    rf"[a-z]{{2,5}}{_NO_YEAR}\d{{4,10}}|[1-9]\d{{4,8}})(?![\w-]|[.,/:]\d)"
)
"""What is a reference wherever it stands."""
# machine-written but for English, awaiting review by native speakers
_CALLED = (  # en, cy, pl, ro, pt, so, uk, ur-Latn, ur, bn, pa, ar, zh
    *("report", "reference", "ref", "case", "appointment"),
    *("adroddiad", "cyfeirnod", "chyfeirnod", "achos", "apwyntiad"),
    *("zgłoszenie", "zgłoszenia", "zgłoszeniem", "sprawa", "sprawy", "referencyjny"),
    *("raport", "raportul", "sesizarea", "sesizare", "cazul", "dosarul", "referința"),
    *("relatório", "pedido", "processo", "referência"),
    *("warbixin", "warbixinta", "tixraac", "tixraaca", "kiiska"),
    *("звернення", "звіт", "справа", "справи", "заявка"),
    *("hawala", "riport", "رپورٹ", "حوالہ", "کیس", "রিপোর্ট", "রেফারেন্স", "কেস"),
    *("ਰਿਪੋਰਟ", "ਹਵਾਲਾ", "ਕੇਸ", "البلاغ", "بلاغ", "التقرير", "المرجع", "المرجعي"),
    *("报告", "报修", "案号", "编号", "案件"),
)
_NUMBER = (
    *("number", "num", "no", "nr", "is", "rhif", "yw", "numer", "numărul", "număr", "este"),
    *("número", "é", "lambar", "lambarka", "номер", "nambar", "نمبر", "নম্বর", "ਨੰਬਰ", "رقم", "号"),
)
_TIME = (
    r"days?|weeks?|months?|years?|hours?|hrs?|mins?\b|minutes?|times?\b|am\b|pm\b|diwrnod|dydd|"
    r"wythnos|mis\b|blwyddyn|blynedd|awr\b|dni\b|dzien|tygod|miesi|godzin|lat\b|lata\b|rok|zile|"
    r"zi\b|sapt|luni\b|ani\b|an\b|ore\b|dias?\b|semana|mes(?:es)?\b|anos?\b|horas?\b|maalm|maalin|"
    r"todobaad|usbuuc|bilood|bil\b|sano|sannad|saac|дн|день|тиж|місяц|рок|рік|годин|din\b|haft|"
    r"mahin|saal\b|ghant|دن|هفت|مهین|سال|گهنٹ|দিন|সপ্তাহ|মাস|বছর|ঘণ্ট|ਦਿਨ|ਹਫ|ਮਹੀਨ|ਸਾਲ|ਘੰਟ|"
    r"یوم|ایام|اسبوع|اسابیع|شهر|اشهر|سنه|سنوات|ساع|天|日|周|星\s*期|个|月|年|小\s*时"
)
"""What a number before it counts, as ``fold`` spells it: "report 2 weeks ago"."""
_NOT_TIME = rf"(?!\W*(?:{_TIME}))"


def _any_of(words: tuple[str, ...]) -> str:
    spelt = (r"\s*".join(map(re.escape, fold(word).split())) for word in words)
    return "|".join(sorted(spelt, key=len, reverse=True))


_INTRODUCED = re.compile(
    rf"(?<!\w)(?:{_any_of(_CALLED)})\W{{1,3}}(?:(?:{_any_of(_NUMBER)})\W{{1,3}}){{0,2}}"
    rf"(?P<found>\d{{1,12}})(?![\w-]|[.,/:]\d){_NOT_TIME}"
)
"""A number of any length that is said to be one: "report 2", "reference number 17"."""
_ANY = re.compile(rf"(?<![a-z\d-])(?:{_OURS}|(?=[a-z-]*\d)[a-z\d][a-z\d-]*)(?![a-z\d-]){_NOT_TIME}")


def named_reference(turn: Turn) -> str:
    """The reference that the turn's message plainly names, or nothing."""
    if turn.is_button:
        return ""
    known = turn.entities_of("case_reference")
    return known[0] if known else _plainly_named(turn.text)


def answered_reference(said: str) -> str:
    """The reference in an answer to the question for one, which may be a bare "4"."""
    if named := _plainly_named(said):
        return named
    found = _ANY.search(_plain(said))
    return _as_typed(found[0], said) if found else said


def _plainly_named(text: str) -> str:
    plain = _plain(text)
    if shaped := _SHAPED.search(plain):
        return _as_typed(shaped[0], text)
    introduced = _INTRODUCED.search(plain)
    return introduced["found"] if introduced else ""


def _plain(text: str) -> str:
    return PHONE.sub(" ", fold(text.replace("№", " ")))


def _as_typed(found: str, text: str) -> str:
    """With the text's own capitals, as a council's system may tell them apart."""
    digits = re.sub(r"\d", lambda one: str(unicodedata.digit(one[0], one[0])), text)
    typed = re.search(re.escape(found), digits, re.IGNORECASE)
    return typed[0] if typed else found
