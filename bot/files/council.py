"""Read the council's own file. Runs on both Pythons' side of the house."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path
from typing import Any

import yaml

from bot.council import DAYS, Council, Notice
from bot.errors import BadFile

_TEXTS = ("name", "slug", "gss", "phone", "text_relay", "main_place")
_KNOWN = (*_TEXTS, "colour", "languages", "hours", "systems", "mailboxes", "partners")
_FOR_CITIZENS = ("sms_number", "equality_scheme", "quiet_hours", "notices")
_CLOSED = ("bank_holidays", "closed_on")
_DIVISIONS = ("england-and-wales", "scotland", "northern-ireland")
_HOURS = re.compile(r"^(\d{2}):(\d{2})-(\d{2}):(\d{2})$")
_PARTNER = re.compile(r"https://|http://127\.0\.0\.1[:/]")
_COLOUR = re.compile(r"^#[0-9a-fA-F]{6}$")


def load_council(path: Path) -> Council:
    """The council in ``path``. Raises BadFile naming file, line and remedy."""
    try:
        text = path.read_text("utf-8")
        data = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Check FAIRWAY_COUNCIL, and save the file as UTF-8 text."
        raise BadFile(path, None, "cannot be read", remedy) from error
    except ValueError as error:  # a day that no calendar has
        raise BadFile(path, None, f"{error}", "Write days as 2026-12-24.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise BadFile(path, line, "is not YAML", "Check its indents and colons.") from error
    reader = _Reader(path, text, data if isinstance(data, dict) else {})
    return reader.council()


class _Reader:
    """Checks one field after the other, so that each error can name its line."""

    def __init__(self, path: Path, text: str, data: dict[str, Any]) -> None:
        self.path, self.lines, self.data = path, text.splitlines(), data

    def council(self) -> Council:
        for key in self.data:
            if key not in (*_KNOWN, *_FOR_CITIZENS, *_CLOSED):
                known = ", ".join((*_KNOWN, *_FOR_CITIZENS, *_CLOSED))
                raise self._bad(key, f"unknown key {key!r}", f"Use one of: {known}.")
        texts: dict[str, Any] = {key: self._text(key) for key in _TEXTS}
        return Council(
            **texts,
            languages=self._strings("languages", required=True),
            hours={day: self._day(day, hours) for day, hours in self._strings("hours").items()},
            systems=self._strings("systems"),
            mailboxes=self._strings("mailboxes"),
            partners=self._partners(),
            colour=self._colour(),
            **self._for_citizens(),
            **self._closed(),
        )

    def _for_citizens(self) -> dict[str, Any]:
        """The settings that may be left out; the council's own defaults then hold."""
        found: dict[str, Any] = {
            key: self._text(key) for key in ("sms_number", "equality_scheme") if key in self.data
        }
        if "quiet_hours" in self.data:
            found["quiet_hours"] = self._day(DAYS[0], self._text("quiet_hours"))
        if "notices" in self.data:
            notices = self.data["notices"] or []
            if not isinstance(notices, list):
                raise self._bad("notices", "notices must be a list", "See the example.")
            found["notices"] = tuple(map(self._notice, notices))
        return found

    def _partners(self) -> dict[str, str]:
        """Personal data goes to them: over https, but to this machine, or by letter."""
        partners = self._strings("partners")
        for name, to in partners.items():
            letter = "://" not in to and "@" in to
            safe = letter or _PARTNER.match(to) is not None
            if not safe:
                remedy = 'Write "https://…" or an email address.'
                raise self._bad(name, f"{to!r} is no place for referrals", remedy)
        return partners

    def _closed(self) -> dict[str, Any]:
        """Whose bank holidays are kept, and the council's own days off."""
        division = self.data.get("bank_holidays", "")
        if division not in ("", *_DIVISIONS):
            remedy = f"Use one of: {', '.join(_DIVISIONS)}."
            raise self._bad("bank_holidays", f"{division!r} has no bank holidays", remedy)
        days = self.data.get("closed_on") or []
        if not isinstance(days, list) or not all(isinstance(day, date) for day in days):
            raise self._bad("closed_on", "closed_on is no list of days", "Write [2026-12-24].")
        return {"bank_holidays": division, "holidays": frozenset(days)}

    def _notice(self, data: Any) -> Notice:
        form = 'Write {from: 2026-12-24, to: 2026-12-27, text: {en: "…", cy: "…"}}.'
        if not isinstance(data, dict) or set(data) != {"from", "to", "text"}:
            raise self._bad("notices", "a notice needs from, to and text", form)
        start, end, texts = data["from"], data["to"], data["text"]
        if not isinstance(start, date) or not isinstance(end, date) or end < start:
            raise self._bad("notices", f"{start} to {end} are no days in order", form)
        if not isinstance(texts, dict) or not isinstance(texts.get("en"), str):
            raise self._bad("notices", "a notice needs its text in English", form)
        return Notice({str(k): str(v) for k, v in texts.items()}, start, end)

    def _text(self, key: str) -> str:
        value = self.data.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._bad(key, f"{key} is missing or not text", f'Write {key}: "…".')
        return value.strip()

    def _strings(self, key: str, *, required: bool = False) -> dict[str, str]:
        value = self.data.get(key) or {}
        if not isinstance(value, dict) or (required and not value):
            raise self._bad(key, f"{key} must be a list of names and values", "See the example.")
        for name, text in value.items():
            if not isinstance(text, str):
                raise self._bad(str(name), f"{key}.{name} is not text", "Put it in quotes.")
        return {str(name): text for name, text in value.items()}

    def _day(self, day: str, hours: str) -> tuple[time, time]:
        match = _HOURS.match(hours)
        if day not in DAYS:
            raise self._bad(day, f"unknown day {day!r}", f"Use one of: {', '.join(DAYS)}.")
        if not match:
            raise self._bad(day, f"cannot read the hours {hours!r}", 'Write "09:00-17:00".')
        return self._time(day, match[1], match[2]), self._time(day, match[3], match[4])

    def _time(self, day: str, hour: str, minute: str) -> time:
        if (hour, minute) == ("24", "00"):
            return time.max
        try:
            return time(int(hour), int(minute))
        except ValueError as error:
            raise self._bad(day, f"{hour}:{minute} is no time", "Use 00:00 to 24:00.") from error

    def _colour(self) -> str:
        colour = self.data.get("colour", "#00454d")
        if not isinstance(colour, str) or not _COLOUR.match(colour):
            raise self._bad("colour", f"{colour!r} is no colour", 'Write it as "#00454d".')
        return colour

    def _bad(self, key: str, problem: str, remedy: str) -> BadFile:
        starts = (n for n, t in enumerate(self.lines, 1) if t.strip().startswith(f"{key}:"))
        return BadFile(self.path, next(starts, 1), problem, remedy)
