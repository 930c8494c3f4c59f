"""Notes and labels: what colleagues tell each other about a case."""

from __future__ import annotations

import re

from bot.case_extras import CaseNote
from bot.desk_parts import DeskParts, case_in_hand, leave_note, log
from bot.errors import BadInput
from bot.staff import Staff

MOST_LABELS, LONGEST_LABEL = 8, 30


class NoteEmpty(BadInput):
    """There was nothing in the note. Write it and keep it again."""


class LabelsWrong(BadInput):
    """Write up to eight labels with commas between, each of at most 30 letters."""


def add_note(parts: DeskParts, who: Staff, handoff_id: str, text: str) -> CaseNote:
    """A private note by ``who``, on anybody's case that they may open.

    Raises NoteEmpty, HandoffUnknown, CaseRestricted.
    """
    if not text.strip():
        raise NoteEmpty
    with case_in_hand(parts, who, handoff_id) as case:
        note = leave_note(parts, case, who, "note", text.strip())
        log(parts, case.work, who, "note_added", case.handoff)
    return note


def set_labels(parts: DeskParts, who: Staff, handoff_id: str, raw: str) -> tuple[str, ...]:
    """The labels in ``raw``, with commas between, in place of those there were.

    Raises LabelsWrong, HandoffUnknown, CaseRestricted.
    """
    labels = tuple(sorted({_clean(part) for part in raw.split(",") if part.strip()}))
    if len(labels) > MOST_LABELS or any(len(one) > LONGEST_LABEL for one in labels):
        raise LabelsWrong
    with case_in_hand(parts, who, handoff_id) as case:
        case.work.labels.put(handoff_id, case.conversation.id, labels)
        log(parts, case.work, who, "labels_set", case.handoff)
    return labels


def _clean(label: str) -> str:
    return re.sub(r"\s+", " ", label).strip().casefold()
