"""A data protection impact assessment, filled in as far as settings tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.council import Council
from channels.privacy.schedule import Schedule
from channels.settings import Settings

FOLDER = Path(__file__).parent
WORDS, RECORDS, APART, STAFF, NOBODYS = "words", "records", "equality", "staff", "nobody's"
KINDS = {
    "messages": WORDS, "photos": WORDS, "sms_log": WORDS, "resume_codes": WORDS,
    "feedback": WORDS, "conversations": RECORDS, "handoffs": RECORDS, "turn_records": RECORDS,
    "outcomes": RECORDS, "coding_sample": RECORDS, "need_codes": RECORDS, "holds": RECORDS,
    "equality_answers": APART, "outbox": "outbox", "sms_opt_outs": "stop", "staff": STAFF,
    "staff_sessions": "sessions", "sign_in_links": "sessions", "staff_log": STAFF,
    "switches": NOBODYS, "message_changes": WORDS, "case_notes": WORDS, "case_labels": RECORDS,
    "promises": RECORDS, "staff_log_head": STAFF, "canned_replies": NOBODYS,
    "service_notices": NOBODYS, "api_tokens": STAFF, "api_calls": STAFF,
    "chatwoot_cases": RECORDS, "council_cases": WORDS, "earlier_consents": WORDS,
}  # fmt: skip
"""Every table, and which line of the assessment it belongs to; a test keeps it whole."""
_WHAT = {
    WORDS: "texts, photos, contact details, what was told; Rasa's memory of it",
    RECORDS: "turns, cases without what they say, outcomes, codes of needs",
    APART: "answers on equality, under a keyed hash",
    "outbox": "what must still be sent, and news to come",
    "stop": "numbers that said STOP",
    "sessions": "sessions and sign-in links of staff",
    STAFF: "staff accounts and what staff did",
}


@dataclass(frozen=True)
class Row:
    """A line of the table of what is kept."""

    what: str
    tables: str
    how_long: str


def write_dpia(
    settings: Settings, council: Council, schedule: Schedule, holds: int, day: date
) -> str:
    """The assessment as Markdown."""
    pages = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # Markdown, of the council's own words
    )
    return pages.get_template("dpia.md.j2").render(
        council=council.name,
        phone=council.phone,
        languages=", ".join(council.languages),
        url=settings.public_url,
        secure=settings.secure,
        database=sa.make_url(settings.database_url).render_as_string(hide_password=True),
        home=settings.home,
        redis=bool(settings.redis_url),
        sms=settings.sms_provider != "log",
        schedule=schedule,
        kept=_kept(schedule),
        receivers=_receivers(settings, council),
        holds=holds,
        day=day.isoformat(),
    )


def _kept(schedule: Schedule) -> Sequence[Row]:
    days = {
        WORDS: f"{schedule.words} days after the last message",
        RECORDS: f"{schedule.records} days after the last message",
        APART: f"{schedule.equality} days",
        "outbox": f"{schedule.outbox} days after it was sent; which texts told the news of a "
        "conversation: as long as that conversation",
        "stop": "until START",
        "sessions": f"{schedule.sessions} days after they ended",
        STAFF: "**[to answer]**",
    }
    return [
        Row(what, ", ".join(t for t, k in KINDS.items() if k == kind), days[kind])
        for kind, what in _WHAT.items()
    ]


def _receivers(settings: Settings, council: Council) -> list[dict[str, str]]:
    found = []
    if settings.sms_provider != "log":
        who = {"notify": "GOV.UK Notify", "twilio": "Twilio"}[settings.sms_provider]
        found.append({"who": who, "what": "phone numbers, texts", "why": "carries text messages"})
    for name in sorted(council.systems):
        if name not in ("open311_form", "open311_jurisdiction"):
            what = "what the citizen gave for it"
            found.append({"who": f"the council's system `{name}`", "what": what, "why": "does it"})
    if settings.smtp_url:
        found.append({"who": "the mail server", "what": "letters", "why": "carries them"})
    if settings.amqp_url:
        what = "what was done and decided, under a pseudonym (docs/data-platform.md)"
        found.append({"who": "the council's data platform", "what": what, "why": "statistics"})
    return found or [{"who": "nobody", "what": "", "why": "no other system is set up"}]
