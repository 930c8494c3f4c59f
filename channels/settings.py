"""Every setting, in one place: the only reader of the environment.

``SETTINGS`` is the table in the README, and a test keeps the two the same.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.errors import BadFile, FairwayError
from channels.contact_keys import SOON, make_first_key
from channels.private_files import only_one, replace_private

ROOT = Path(__file__).resolve().parent.parent
OWN_CARDS, OWN_PHRASES = "services", "phrases"
"""Folders of HOME that a service manager changes in the browser."""


class BadSetting(FairwayError):
    """A setting cannot be used. Mend it and start again."""


@dataclass(frozen=True)
class SettingDoc:
    """One row of the README's table."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    SettingDoc("FAIRWAY_HOST", "127.0.0.1", "address the public pages listen on"),
    SettingDoc("FAIRWAY_PORT", "8000", "port of the public pages"),
    SettingDoc("FAIRWAY_PUBLIC_URL", "http://HOST:PORT", "address citizens see; https: HSTS"),
    SettingDoc("FAIRWAY_INTERNAL_PORT", "8010", "private port: actions, sandbox council"),
    SettingDoc("FAIRWAY_INTERNAL_HOST", "127.0.0.1", "private address of the same"),
    SettingDoc("FAIRWAY_RASA_PORT", "5005", "private port of Rasa"),
    SettingDoc("FAIRWAY_RASA_URL", "http://127.0.0.1:RASA_PORT", "Rasa, if it runs elsewhere"),
    SettingDoc("FAIRWAY_RASA_TIMEOUT", "8", "seconds to wait for Rasa before a person is offered"),
    SettingDoc("FAIRWAY_HOME", "var", "folder of the database, models, secrets and logs"),
    SettingDoc("FAIRWAY_LOG_FORM", "text", "text, or json: an object a line"),
    SettingDoc("FAIRWAY_DATABASE_URL", "sqlite:///HOME/fairway.db", "SQLite or postgresql+psycopg"),
    SettingDoc("FAIRWAY_REDIS_URL", "", "Redis, for more than one process: redis://HOST:6379/0"),
    SettingDoc("FAIRWAY_AMQP_URL", "", "RabbitMQ, for the data platform: amqp://USER:PASSWORD@HOST"),
    SettingDoc("FAIRWAY_OTLP_URL", "", "OpenTelemetry collector for traces: http://HOST:4318"),
    SettingDoc("FAIRWAY_TRUSTED_PROXIES", "127.0.0.1", "whose X-Forwarded-For is believed"),
    SettingDoc("FAIRWAY_COUNCIL", "bot/council.yml", "the council's name, hours, systems"),
    SettingDoc("FAIRWAY_RETENTION", "bot/retention.yml", "how long what is kept"),
    SettingDoc("FAIRWAY_EMBED_ORIGINS", "", "sites that may show the chat in a frame, by spaces"),
    SettingDoc("FAIRWAY_TRAIN_AT", "", "when to train each night if need be, such as 02:30"),
    SettingDoc("FAIRWAY_AUDIT_DAYS", "7", "days in a scheduled bias report; 0: none is made"),
    SettingDoc("FAIRWAY_AUDIT_GROUPS", "language,medium", "what scheduled reports compare"),
    SettingDoc("FAIRWAY_RATE_PER_CONVERSATION", "30", "messages a minute in one conversation"),
    SettingDoc("FAIRWAY_RATE_PER_ADDRESS", "600", "messages a minute from one network address"),
    SettingDoc("FAIRWAY_AT_ONCE", "200", "requests in progress before more are turned away"),
    SettingDoc("FAIRWAY_DESK_SILENCE", "10", "minutes until a silent case goes back; 0: never"),
    SettingDoc("FAIRWAY_DESK_WEBHOOK", "", "address told what happens at the desk; docs/desk.md"),
    SettingDoc("FAIRWAY_CHATWOOT_URL", "", "Chatwoot in which agents work; docs/chatwoot.md"),
    SettingDoc("FAIRWAY_CHATWOOT_ACCOUNT", "1", "number of our account there"),
    SettingDoc("FAIRWAY_CHATWOOT_INBOX", "", "identifier of our API channel there"),
    SettingDoc("FAIRWAY_CHATWOOT_TOKEN", "", "access token of our agent bot there"),
    SettingDoc("FAIRWAY_CHATWOOT_SECRET", "", "secret that signs its webhooks"),
    SettingDoc("FAIRWAY_CHATWOOT_ADMIN_TOKEN", "", "an administrator's token, to erase there"),
    SettingDoc("FAIRWAY_CHATWOOT_USER", "chatwoot", "user of ours as which its agents act"),
    SettingDoc("FAIRWAY_OIDC_ISSUER", "", "OpenID provider staff sign in with; docs/desk.md"),
    SettingDoc("FAIRWAY_OIDC_CLIENT_ID", "", "our client id there"),
    SettingDoc("FAIRWAY_OIDC_CLIENT_SECRET", "", "our secret there"),
    SettingDoc("FAIRWAY_OIDC_CLAIM", "email", "claim that holds a user name of Fairway"),
    SettingDoc("FAIRWAY_OPEN311_API_KEY", "", "key of your Open311 system, if it wants one"),
    SettingDoc("FAIRWAY_CASES_SECRET", "", "signs calls to your case system"),
    SettingDoc("FAIRWAY_SMTP_URL", "", "mail server: smtp://user:password@host:587 or smtps://"),
    SettingDoc("FAIRWAY_MAIL_FROM", "", "who letters to teams and citizens are from"),
    SettingDoc("FAIRWAY_SMS_PROVIDER", "log", "log (a phone in the terminal), notify or twilio"),
    SettingDoc("FAIRWAY_NOTIFY_API_KEY", "", "GOV.UK Notify API key"),
    SettingDoc("FAIRWAY_NOTIFY_TEMPLATE_ID", "", "Notify template whose whole text is ((message))"),
    SettingDoc("FAIRWAY_NOTIFY_BEARER", "generated", "bearer token Notify sends with each text"),
    SettingDoc("FAIRWAY_NOTIFY_URL", "", "Notify's address, if not the usual one"),
    SettingDoc("FAIRWAY_TWILIO_ACCOUNT_SID", "", "Twilio account"),
    SettingDoc("FAIRWAY_TWILIO_AUTH_TOKEN", "", "Twilio token, which also signs its webhooks"),
    SettingDoc("FAIRWAY_TWILIO_NUMBER", "", "the number texts are sent from"),
    SettingDoc("FAIRWAY_TWILIO_URL", "", "Twilio's address, if not the usual one"),
    SettingDoc("FAIRWAY_SMS_PENCE", "3", "what one part of a text costs you, in pence"),
)  # fmt: skip


@dataclass(frozen=True)
class Secrets:
    """Generated once, kept in ``secrets.json`` with mode 0600."""

    internal_secret: str
    rasa_secret: str
    session_secret: str
    notify_bearer: str
    equality_key: str
    webhook_secret: str
    platform_key: str


@dataclass(frozen=True)
class Settings:
    """What the product is started with. Paths are absolute."""

    host: str
    port: int
    public_url: str
    internal_host: str
    internal_port: int
    rasa_port: int
    rasa_url: str
    rasa_timeout: float
    home: Path
    contact_keys: Path
    log_form: str
    database_url: str
    redis_url: str
    amqp_url: str
    otlp_url: str
    trusted_proxies: tuple[str, ...]
    council_file: Path
    retention_file: Path
    rate_per_conversation: int
    rate_per_address: int
    at_once: int
    open311_api_key: str
    cases_secret: str
    smtp_url: str
    mail_from: str
    sms_provider: str
    notify_api_key: str
    notify_template_id: str
    notify_url: str
    twilio_account_sid: str
    twilio_auth_token: str
    twilio_number: str
    twilio_url: str
    sms_pence: float
    embed_origins: tuple[str, ...]
    train_at: str
    audit_days: int
    audit_groups: tuple[str, ...]
    desk_silence: int
    desk_webhook: str
    chatwoot_url: str
    chatwoot_account: str
    chatwoot_inbox: str
    chatwoot_token: str
    chatwoot_secret: str
    chatwoot_admin_token: str
    chatwoot_user: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_claim: str
    secrets: Secrets

    @property
    def secure(self) -> bool:
        """Whether citizens reach us over https."""
        return self.public_url.startswith("https://")

    @property
    def internal_url(self) -> str:
        """Where the action server and the sandbox council answer."""
        return f"http://{in_url(self.internal_host)}:{self.internal_port}"

    @property
    def near_url(self) -> str:
        """Where programs on this machine reach the public pages."""
        return f"http://{in_url(reachable(self.host))}:{self.port}"


def reachable(host: str) -> str:
    """The address to knock at when listening on every address."""
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host


def in_url(host: str) -> str:
    """As an address is written before a port: IPv6 has colons of its own."""
    return f"[{host}]" if ":" in host else host


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from ``environment`` with defaults for everything; makes HOME and its secrets.

    Raises BadSetting naming the variable.
    """
    env = {k: v.strip() for k, v in environment.items() if k.startswith("FAIRWAY_")}
    _refuse_unknown(env)
    home = Path(env.get("FAIRWAY_HOME") or ROOT / "var").expanduser().resolve()
    _make_home(home)
    host, port = env.get("FAIRWAY_HOST") or "127.0.0.1", _port(env, "FAIRWAY_PORT", 8000)
    rasa_port = _port(env, "FAIRWAY_RASA_PORT", 5005)
    internal_port = _port(env, "FAIRWAY_INTERNAL_PORT", 8010)
    _need_a_port_each(env, port, internal_port, rasa_port)
    return Settings(
        host=host,
        port=port,
        public_url=_public_url(env, host, port),
        internal_host=env.get("FAIRWAY_INTERNAL_HOST") or "127.0.0.1",
        internal_port=internal_port,
        rasa_port=rasa_port,
        rasa_url=(env.get("FAIRWAY_RASA_URL") or f"http://127.0.0.1:{rasa_port}").rstrip("/"),
        rasa_timeout=_seconds(env, "FAIRWAY_RASA_TIMEOUT", 8.0),
        home=home,
        contact_keys=_contact_keys(home),  # before the secrets, which say that HOME is not new
        log_form=_one_of(env, "FAIRWAY_LOG_FORM", ("text", "json")),
        database_url=_address(env, "FAIRWAY_DATABASE_URL", ("sqlite", "postgresql+psycopg"))
        or f"sqlite:///{home / 'fairway.db'}",
        redis_url=_address(env, "FAIRWAY_REDIS_URL", ("redis", "rediss", "unix")),
        amqp_url=_address(env, "FAIRWAY_AMQP_URL", ("amqp", "amqps")),
        otlp_url=_address(env, "FAIRWAY_OTLP_URL", ("http", "https")),
        trusted_proxies=_names(env, "FAIRWAY_TRUSTED_PROXIES", "127.0.0.1"),
        council_file=Path(env.get("FAIRWAY_COUNCIL") or ROOT / "bot" / "council.yml"),
        retention_file=Path(env.get("FAIRWAY_RETENTION") or ROOT / "bot" / "retention.yml"),
        rate_per_conversation=_count(env, "FAIRWAY_RATE_PER_CONVERSATION", 30),
        rate_per_address=_count(env, "FAIRWAY_RATE_PER_ADDRESS", 600),
        at_once=_count(env, "FAIRWAY_AT_ONCE", 200),
        open311_api_key=env.get("FAIRWAY_OPEN311_API_KEY", ""),
        cases_secret=env.get("FAIRWAY_CASES_SECRET", ""),
        smtp_url=env.get("FAIRWAY_SMTP_URL", ""),
        mail_from=env.get("FAIRWAY_MAIL_FROM", ""),
        sms_provider=_one_of(env, "FAIRWAY_SMS_PROVIDER", ("log", "notify", "twilio")),
        notify_api_key=env.get("FAIRWAY_NOTIFY_API_KEY", ""),
        notify_template_id=env.get("FAIRWAY_NOTIFY_TEMPLATE_ID", ""),
        notify_url=env.get("FAIRWAY_NOTIFY_URL", ""),
        twilio_account_sid=env.get("FAIRWAY_TWILIO_ACCOUNT_SID", ""),
        twilio_auth_token=env.get("FAIRWAY_TWILIO_AUTH_TOKEN", ""),
        twilio_number=env.get("FAIRWAY_TWILIO_NUMBER", ""),
        twilio_url=env.get("FAIRWAY_TWILIO_URL", ""),
        embed_origins=_origins(env, "FAIRWAY_EMBED_ORIGINS"),
        sms_pence=_pence(env, "FAIRWAY_SMS_PENCE", 3.0),
        train_at=_time(env, "FAIRWAY_TRAIN_AT"),
        audit_days=_days(env, "FAIRWAY_AUDIT_DAYS", 7),
        audit_groups=_names(env, "FAIRWAY_AUDIT_GROUPS", "language,medium"),
        desk_webhook=_web_address(env, "FAIRWAY_DESK_WEBHOOK"),
        chatwoot_url=_chatwoot(env),
        chatwoot_account=env.get("FAIRWAY_CHATWOOT_ACCOUNT") or "1",
        chatwoot_inbox=env.get("FAIRWAY_CHATWOOT_INBOX", ""),
        chatwoot_token=env.get("FAIRWAY_CHATWOOT_TOKEN", ""),
        chatwoot_secret=env.get("FAIRWAY_CHATWOOT_SECRET", ""),
        chatwoot_admin_token=env.get("FAIRWAY_CHATWOOT_ADMIN_TOKEN", ""),
        chatwoot_user=env.get("FAIRWAY_CHATWOOT_USER") or "chatwoot",
        oidc_issuer=_issuer(env),
        oidc_client_id=env.get("FAIRWAY_OIDC_CLIENT_ID", ""),
        oidc_client_secret=env.get("FAIRWAY_OIDC_CLIENT_SECRET", ""),
        oidc_claim=env.get("FAIRWAY_OIDC_CLAIM") or "email",
        desk_silence=_minutes(env, "FAIRWAY_DESK_SILENCE", 10),
        secrets=_secrets(home / "secrets.json", env.get("FAIRWAY_NOTIFY_BEARER")),
    )


def _public_url(env: Mapping[str, str], host: str, port: int) -> str:
    given = _address(env, "FAIRWAY_PUBLIC_URL", ("https", "http")).rstrip("/")
    return given or f"http://{in_url(host)}:{port}"


def _need_a_port_each(env: Mapping[str, str], public: int, internal: int, rasa: int) -> None:
    """Two listeners on one port would start and fail for ever."""
    ports = {"FAIRWAY_PORT": public, "FAIRWAY_INTERNAL_PORT": internal}
    if not env.get("FAIRWAY_RASA_URL"):  # or it runs elsewhere, where that port is free
        ports["FAIRWAY_RASA_PORT"] = rasa
    for name, port in ports.items():
        same = [other for other in ports if ports[other] == port and other != name]
        if same:
            raise BadSetting(f"{name} and {same[0]} are both {port}. Give each a port of its own.")


def _address(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    text = env.get(name, "")
    if text and text.partition("://")[0] not in schemes:
        known = " or ".join(f"{scheme}://" for scheme in schemes)
        raise BadSetting(f"{name}: write an address that begins with {known}.")
    return text


def _make_home(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:  # a file is there or on the way to it, or the disk is not ours
        remedy = "Name a folder that Fairway may write to."
        raise BadSetting(f"FAIRWAY_HOME={home}: {error.strerror}. {remedy}") from error


def _days(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or int(text) > 366:
        raise BadSetting(f"{name}={text}: write a number of days from 0 to 366, such as {default}.")
    return int(text)


def _web_address(env: Mapping[str, str], name: str) -> str:
    """Over https, but for a system on this machine."""
    address = env.get(name, "")
    if address and not re.match(r"https://|http://(localhost|127\.0\.0\.1)[:/]", address):
        raise BadSetting(f"{name}={address}: it has to begin with https://.")
    return address


def _issuer(env: Mapping[str, str]) -> str:
    issuer = _web_address(env, "FAIRWAY_OIDC_ISSUER")
    if issuer and not env.get("FAIRWAY_OIDC_CLIENT_ID"):
        raise BadSetting("FAIRWAY_OIDC_ISSUER wants FAIRWAY_OIDC_CLIENT_ID as well.")
    return issuer


def _time(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "")
    if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise BadSetting(f"{name}={text}: write a time from 00:00 to 23:59, such as 02:30.")
    return text


def _chatwoot(env: Mapping[str, str]) -> str:
    address = _web_address(env, "FAIRWAY_CHATWOOT_URL").rstrip("/")
    for name in ("INBOX", "TOKEN", "SECRET"):
        if address and not env.get(f"FAIRWAY_CHATWOOT_{name}"):
            raise BadSetting(f"FAIRWAY_CHATWOOT_URL wants FAIRWAY_CHATWOOT_{name} as well.")
    return address


def _minutes(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or int(text) > 24 * 60:
        raise BadSetting(f"{name}={text}: write minutes from 0 to 1440, such as {default}.")
    return int(text)


def _names(env: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    text = env.get(name) or default
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found:
        raise BadSetting(f"{name}={text}: write names with commas between, such as {default}.")
    return found


def _refuse_unknown(env: Mapping[str, str]) -> None:
    known = {doc.name for doc in SETTINGS}
    for name in env:
        if name not in known:
            raise BadSetting(f"{name} is not a setting. The README's table lists them all.")


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise BadSetting(f"{name}={text!r} is not a port. Use a number from 1 to 65535.")
    return int(text)


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise BadSetting(f"{name}={text!r} is not a number of messages. Use 1 or more.")
    return int(text)


def _seconds(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 60:
        raise BadSetting(f"{name}={text!r} is not a time. Use seconds, up to 60.")
    return value


def _origins(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = tuple(env.get(name, "").split())
    for origin in found:
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?", origin):
            remedy = "Write https://www.example.gov.uk, without a path."
            raise BadSetting(f"{name}={origin!r} is not a site. {remedy}")
    return found


def _pence(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise BadSetting(f"{name}={text!r} is not a price. Use pence, such as 2.4.")
    return value


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = env.get(name) or choices[0]
    if value not in choices:
        raise BadSetting(f"{name}={value!r} is not known. Use one of: {', '.join(choices)}.")
    return value


def _contact_keys(home: Path) -> Path:
    """The file of keys, made where it is missing. In a new home the first one seals at once; where
    a Fairway ran that knew none, a little later, when all its processes do."""
    path, is_new = home / "contact_keys.json", not (home / "secrets.json").exists()
    make_first_key(path, datetime.now(UTC) + (timedelta() if is_new else SOON))
    return path


def _secrets(path: Path, notify_bearer: str | None) -> Secrets:
    """Those in ``path``; what is missing is made, once, however many processes start at once."""
    names = [field.name for field in fields(Secrets)]
    held = _read_secrets(path)
    if not all(held.get(name) for name in names):
        with only_one(path):
            held = _read_secrets(path)
            held |= {n: secrets.token_urlsafe(32) for n in names if not held.get(n)}
            replace_private(path, json.dumps(held, indent=1))
    made = {name: held[name] for name in names}
    if notify_bearer:
        made["notify_bearer"] = notify_bearer
    return Secrets(**made)


def _read_secrets(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        held = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadFile(path, None, "not JSON", "Delete it; new secrets are made.") from error
    if not isinstance(held, dict):
        raise BadFile(path, None, "not names and secrets", "Delete it; new secrets are made.")
    return {str(k): str(v) for k, v in held.items()}
