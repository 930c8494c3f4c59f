"""Street addresses in a text: "12 Mill Lane", "bridge street", "Heol y Bont"."""

from __future__ import annotations

import re
from collections.abc import Iterator


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PLAIN_KINDS = _words("street st road rd lane ln avenue ave crescent cres terrace")
"""Words that hardly mean anything else."""
OTHER_KINDS = _words(
    "drive dr close cl way court ct place square sq gardens gdns grove hill row mews walk green "
    "rise view bank parade croft mount brae walk grv wynd brow"
)
"""Words that make a street only with capitals or a house number: "primary school place"."""
WELSH_KINDS = _words("heol ffordd stryd lôn lon rhodfa maes clos")
NOT_NAMES = _words(
    "a an the this that my our your their his her some any which what whose another each every "
    "on in at by near nr of to is was are there outside opposite opp off down up along and or "
    "from with hole pothole light lamp big deep main whole busy same wrong right other next side "
    "across into onto over under behind crossing pay do i"
)
_WORD = re.compile(r"(?:[^\W\u3400-\u9fff]|['\u2019.-])+")
_FLAT = re.compile(r"(?:flat|fflat|apartment|apt|unit)\s+[\w/]{1,5},?\s+$", re.IGNORECASE)
"""What comes before the number of the house: "Flat 3, "."""
_NUMBER = re.compile(r"^\d{1,4}[a-z]?$", re.IGNORECASE)
_LONGEST_NAME = 3  # words


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where each address starts and ends."""
    words = list(_WORD.finditer(text))
    for at, word in enumerate(words):
        kind = word[0].casefold().rstrip(".")
        if _goes_on(words, at, text):
            continue
        if kind in PLAIN_KINDS or kind in OTHER_KINDS:
            start = _name_before(words, at, text)
            if start < at and (kind in PLAIN_KINDS or _plainly_named(words[start : at + 1])):
                yield _with_flat(text, words[start].start()), word.start() + len(kind)
        elif kind in WELSH_KINDS:
            end = _name_after(words, at, text)
            if end > at:
                start = at - 1 if at and _NUMBER.match(words[at - 1][0]) else at
                yield _with_flat(text, words[start].start()), words[end].end()


def _with_flat(text: str, start: int) -> int:
    flat = _FLAT.search(text[:start])
    return flat.start() if flat else start


def _goes_on(words: list[re.Match[str]], at: int, text: str) -> bool:
    """The name goes on behind the word: "Quarry Hill Road", and "road tax" is no road."""
    if at + 1 >= len(words) or text[words[at].end() : words[at + 1].start()] != " ":
        return False
    following = words[at + 1][0].casefold().rstrip(".")
    return following in PLAIN_KINDS or following == "tax"


def _name_before(words: list[re.Match[str]], at: int, text: str) -> int:
    """The place of the first word of the name before ``at``, its house number included."""
    first = at
    while first and at - first < _LONGEST_NAME and _in_name(words[first - 1], words[first], text):
        first -= 1
    if 0 < first < at and _NUMBER.match(words[first - 1][0]):
        return first - 1
    return first


def _in_name(word: re.Match[str], following: re.Match[str], text: str) -> bool:
    between = text[word.end() : following.start()]
    name = word[0].casefold()
    return between == " " and name not in NOT_NAMES and name.strip("'\u2019.-").isalpha()


def _plainly_named(words: list[re.Match[str]]) -> bool:
    return bool(_NUMBER.match(words[0][0])) or all(word[0][0].isupper() for word in words)


def _name_after(words: list[re.Match[str]], at: int, text: str) -> int:
    """The place of the last word of a Welsh name, which begins with a capital after ``at``."""
    last = at
    for place in range(at + 1, min(at + 1 + _LONGEST_NAME, len(words))):
        if text[words[place - 1].end() : words[place].start()] != " ":
            break
        if words[place][0][0].isupper():
            last = place
        elif words[place][0] not in ("y", "yr", "y\u2019r"):
            break
    return last
