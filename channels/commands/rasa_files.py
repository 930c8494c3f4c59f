"""Writes what Rasa is started with: its endpoints and credentials, with today's secrets."""

from __future__ import annotations

import json
import os
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from bot.errors import BadFile
from channels.privacy.erase import RASA_SCHEMA
from channels.settings import ROOT, Settings

TEMPLATES = ROOT / "bot" / "rasa"
FILES = ("endpoints.yml", "credentials.yml")


def write_rasa_files(settings: Settings) -> Path:
    """Fill in the templates of ``bot/rasa`` under HOME/rasa, readable by us only; return it.

    Raises BadFile when a template asks for something that is not known here.
    """
    folder = settings.home / "rasa"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_tracker_schema(settings)
    for name in FILES:
        _write_private(folder / name, _filled(TEMPLATES / name, rasa_values(settings)))
    return folder


def rasa_values(settings: Settings) -> dict[str, str]:
    """What the templates may name."""
    return {
        "FAIRWAY_ACTIONS_URL": f"{settings.internal_url}/webhook",
        "FAIRWAY_INTERNAL_SECRET": settings.secrets.internal_secret,
        "FAIRWAY_RASA_SECRET": settings.secrets.rasa_secret,
        "FAIRWAY_PAGES": str(settings.home / "pages"),
        "FAIRWAY_PASSAGE_VECTORS": str(settings.home / "passages.npz"),
        "FAIRWAY_RASA_TRACKER_STORE": json.dumps(_tracker_store(settings)),
        "FAIRWAY_RASA_LOCK_STORE": json.dumps(_lock_store(settings)),
        "FAIRWAY_RASA_EVENT_BROKER": json.dumps(_event_broker(settings)),
    }


def _tracker_store(settings: Settings) -> dict[str, str]:
    """Rasa's memory: a file of its own, or a schema of its own in Fairway's PostgreSQL."""
    store = {"type": "bot.rasa.tracker_store.FairwayTrackerStore"}
    if settings.database_url.startswith("sqlite"):
        return {**store, "dialect": "sqlite", "db": str(settings.home / "rasa.db")}
    shared = sa.make_url(settings.database_url).set(drivername="postgresql")
    shared = shared.update_query_dict({"options": f"-csearch_path={RASA_SCHEMA}"})
    address = shared.render_as_string(hide_password=False)
    return {**store, "dialect": "postgresql", "url": address}


def _lock_store(settings: Settings) -> dict[str, Any] | None:
    """One turn at a time over several Rasas; None: each keeps its own locks."""
    if not settings.redis_url:
        return None
    there = urlsplit(settings.redis_url)
    return {
        "type": "redis",
        "url": there.hostname or "127.0.0.1",
        "port": there.port or 6379,
        "db": int(there.path.strip("/") or 0),
        "username": there.username,
        "password": there.password,
        "use_ssl": there.scheme == "rediss",
        "key_prefix": "fairwayrasa",
    }


def _event_broker(settings: Settings) -> dict[str, Any] | None:
    if not settings.amqp_url:
        return None
    return {
        "type": "bot.rasa.event_broker.FairwayEvents",
        "url": settings.amqp_url,
        "exchange_name": "fairway.rasa",
        "queues": ["fairway.rasa-events"],
        "key": settings.secrets.platform_key,
    }


def make_tracker_schema(settings: Settings) -> None:
    """Where Rasa's table will be in a PostgreSQL database. Nothing to do on SQLite."""
    if settings.database_url.startswith("sqlite"):
        return
    engine = sa.create_engine(settings.database_url, poolclass=sa.NullPool)
    with engine.begin() as db:
        db.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {RASA_SCHEMA}"))


def _filled(template: Path, values: dict[str, str]) -> str:
    try:
        return Template(template.read_text("utf-8")).substitute(values)
    except (KeyError, ValueError) as error:
        known = ", ".join(values)
        raise BadFile(template, None, f"{error} cannot be filled in", f"Known: {known}.") from error


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)  # so that an older file's wider mode is not kept
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
