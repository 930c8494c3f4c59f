"""The reasonable-adjustment passport: what a citizen needs, kept for next time if they say so.

By text the number says who it is; on the web a cookie does that is set for this and nothing
else, for anybody could type in another's number. What is needed is kept with the last conversation
and nowhere else, so that erasing that erases it too.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import Conversation
from bot.need import Circumstances
from bot.phrases import normalise

KEEP, FORGET = "keep", "forget"


def passport_word(text: str) -> str | None:
    """KEEP or FORGET, where a text says nothing else; the same word in every language, as with
    STOP, and told to the citizen in theirs."""
    word = normalise(text)
    return word if word in (KEEP, FORGET) else None


def kept(told: Circumstances) -> Circumstances:
    """The same, to be known next time."""
    return replace(told, remember=True)


def forgotten(told: Circumstances) -> Circumstances:
    """Nothing of what was told about getting served, and nothing for next time."""
    return replace(
        told, remember=False, asked_channel=None, barriers=frozenset(), adjustments=frozenset()
    )


def carried_over(new: Conversation, last: Conversation | None) -> Conversation:
    """A new conversation that knows what its citizen asked us to keep: what they need, the
    channel they chose and their language."""
    if last is None or not last.circumstances.remember:
        return new
    return replace(
        new,
        language=new.language if new.language_chosen else last.language,
        language_chosen=last.language_chosen or new.language_chosen,
        circumstances=replace(last.circumstances, failed_turns=0),
    )
