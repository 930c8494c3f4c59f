"""Everything Fairway says, by language and medium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import ReplyMissing

FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True)
class Replies:
    """``texts``: language → (key, medium or "") → text with ``{placeholders}``."""

    texts: Mapping[str, Mapping[tuple[str, str], str]]

    def say(self, key: str, lang: str, medium: str, **values: Any) -> str:
        """The text of ``key``; the medium's own wording if there is one, English if the
        language lacks it. Raises ReplyMissing for a key that no catalogue has."""
        for language in (lang, FALLBACK_LANGUAGE):
            catalogue = self.texts.get(language, {})
            text = catalogue.get((key, medium)) or catalogue.get((key, ""))
            if text:
                return text.format_map(_Blanks(values))
        raise ReplyMissing(f"No catalogue has the reply {key!r}. Add it to bot/replies/en.po.")

    def spoken(self, key: str, lang: str, medium: str) -> str:
        """The language that ``say`` says ``key`` in: ``lang``, or English if it lacks the key."""
        catalogue = self.texts.get(lang, {})
        has_it = catalogue.get((key, medium)) or catalogue.get((key, ""))
        return lang if has_it else FALLBACK_LANGUAGE

    def has(self, key: str) -> bool:
        """Whether the English catalogue has ``key``."""
        return (key, "") in self.texts.get(FALLBACK_LANGUAGE, {})

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are catalogues for."""
        return tuple(self.texts)

    @property
    def keys(self) -> frozenset[str]:
        """Every key of the English catalogue."""
        return frozenset(key for key, _ in self.texts.get(FALLBACK_LANGUAGE, {}))


class _Blanks(dict[str, Any]):
    """A value nobody gave is left blank: a citizen must never read ``{postcode}``."""

    def __missing__(self, key: str) -> str:
        return ""
