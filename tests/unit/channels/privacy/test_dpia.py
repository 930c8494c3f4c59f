"""The assessment says what is true of this installation, and of every table there is."""

from __future__ import annotations

from datetime import date

from bot.files.council import load_council
from bot.stores import schema as t
from channels.privacy.dpia import KINDS, write_dpia
from channels.privacy.schedule import load_schedule
from channels.settings import ROOT, load_settings

SCHEDULE = load_schedule(ROOT / "bot" / "retention.yml")
COUNCIL = load_council(ROOT / "bot" / "council.yml")


def written(tmp_path, **env) -> str:
    settings = load_settings({"FAIRWAY_HOME": str(tmp_path), **env})
    return write_dpia(settings, COUNCIL, SCHEDULE, 2, date(2026, 11, 29))


def test_every_table_has_its_line():
    assert set(KINDS) == set(t.metadata.tables), "say what the new table holds, and how long"


def test_it_says_what_the_settings_are(tmp_path):
    plain = written(tmp_path)
    assert f"{SCHEDULE.words} days after the last message" in plain
    assert "Held conversations now: 2" in plain and "NOT https" in plain
    assert "| nobody |" in plain and "GOV.UK Notify" not in plain
    assert plain.count("[to answer") >= 8


def test_it_names_who_else_receives_what(tmp_path):
    full = written(
        tmp_path,
        FAIRWAY_SMS_PROVIDER="notify",
        FAIRWAY_NOTIFY_API_KEY="k",
        FAIRWAY_NOTIFY_TEMPLATE_ID="t",
        FAIRWAY_AMQP_URL="amqp://host",
        FAIRWAY_PUBLIC_URL="https://chat.example.gov.uk",
        FAIRWAY_DATABASE_URL="postgresql+psycopg://me:secret@db/fairway",
    )
    assert "GOV.UK Notify" in full and "data platform" in full and "NOT https" not in full
    assert "secret@" not in full and "db/fairway" in full
