"""Read the reply catalogues: gettext files, one a language, edited by translators.

``msgid`` is the reply's key and ``msgstr`` its text. ``msgctxt "sms"`` marks a wording of the
same key for one medium.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from string import Formatter

import polib

from bot.errors import BadFile
from bot.replies import FALLBACK_LANGUAGE, Replies

MEDIA = ("", "web", "sms")
_KEY = re.compile(r"^[a-z][a-z0-9_]*$")
_LINE = re.compile(r"line (\d+)")
Texts = dict[tuple[str, str], str]


def load_catalogues(folder: Path) -> Replies:
    """Every ``<language>.po`` in ``folder``.

    Raises BadFile for a broken file, a key given twice, and a placeholder that the English
    text of the same key does not have. An untranslated text is left out: English is said.
    """
    paths = sorted(folder.glob("*.po"), key=lambda path: (path.stem != FALLBACK_LANGUAGE, path))
    if not paths or paths[0].stem != FALLBACK_LANGUAGE:
        raise BadFile(folder, None, "no English catalogue here", "Put back en.po.")
    texts: dict[str, Texts] = {}
    for path in paths:
        texts[path.stem] = _read(path, texts.get(FALLBACK_LANGUAGE))
    return Replies(texts)


def missing(replies: Replies, language: str) -> list[str]:
    """The keys, in order, that English has and ``language`` has not."""
    held = {key for key, _ in replies.texts.get(language, {})}
    return sorted(replies.keys - held)


def placeholders(text: str) -> frozenset[str]:
    """The names in ``{…}`` in ``text``. Raises ValueError when a brace is left open."""
    return frozenset(_names(text))


def _names(text: str) -> Iterable[str]:
    for _, name, _, _ in Formatter().parse(text):
        if name is not None:
            if not _KEY.match(name):
                raise ValueError(f"{{{name}}} is no placeholder")
            yield name


def _read(path: Path, english: Texts | None) -> Texts:
    texts: Texts = {}
    for entry in _entries(path):
        where = (entry.msgid, entry.msgctxt or "")
        _check_entry(path, entry)
        if where in texts:
            problem = f"{entry.msgid!r} is there twice"
            raise BadFile(path, entry.linenum, problem, "Take one of the two out.")
        if not entry.msgstr or "fuzzy" in entry.flags:
            continue
        _check_placeholders(path, entry, english)
        texts[where] = entry.msgstr
    return texts


def _entries(path: Path) -> list[polib.POEntry]:
    try:
        return [entry for entry in polib.pofile(str(path)) if not entry.obsolete]
    except (OSError, ValueError) as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else None
        remedy = "Open it in a catalogue editor such as Poedit, or mend the quotes."
        raise BadFile(path, line, "is not a gettext catalogue", remedy) from error


def _check_entry(path: Path, entry: polib.POEntry) -> None:
    if not _KEY.match(entry.msgid):
        remedy = "msgid is a key such as route_why, not a sentence."
        raise BadFile(path, entry.linenum, f"{entry.msgid[:40]!r} is no key", remedy)
    if (entry.msgctxt or "") not in MEDIA:
        problem = f"unknown medium {entry.msgctxt!r}"
        raise BadFile(path, entry.linenum, problem, 'Use msgctxt "sms", "web" or none.')


def _check_placeholders(path: Path, entry: polib.POEntry, english: Texts | None) -> None:
    try:
        used = placeholders(entry.msgstr)
    except ValueError as error:
        remedy = "Write {name}, or {{ for a brace."
        raise BadFile(path, entry.linenum, str(error), remedy) from error
    if english is None or not used:
        return
    known = {
        name
        for (key, _), text in english.items()
        if key == entry.msgid
        for name in placeholders(text)
    }
    for name in sorted(used - known):
        problem = f"{entry.msgid!r} uses {{{name}}}, which the English text has not"
        allowed = ", ".join(f"{{{k}}}" for k in sorted(known)) or "no placeholder"
        raise BadFile(path, entry.linenum, problem, f"Use {allowed}.")
