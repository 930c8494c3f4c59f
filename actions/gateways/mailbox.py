"""A team's mailbox: the last resort, when the system that should take a case does not answer."""

from __future__ import annotations

import asyncio
import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from typing import Protocol
from urllib.parse import unquote, urlsplit

from actions.gateways.base import GatewayRefused, GatewaySlow, GatewayUnavailable
from bot.errors import FairwayError

PORTS = {"smtp": 587, "smtps": 465}


class MailAddressWrong(FairwayError):
    """The mail server's address cannot be used. Write smtp://user:password@host:587."""


@dataclass(frozen=True)
class Letter:
    """What to tell a team. ``key``: a letter with the same key carries the same Message-ID, so
    that whoever gets it twice can see that it is one."""

    team: str
    subject: str
    text: str
    key: str


class Mailbox(Protocol):
    def has(self, team: str) -> bool:
        """Whether the team can be written to."""

    async def send(self, letter: Letter) -> None:
        """Raises GatewayUnavailable or GatewayRefused."""

    async def check(self) -> None:
        """Whether the mail server answers. Raises GatewayUnavailable."""


@dataclass(frozen=True)
class NoMailbox:
    """No team can be written to."""

    def has(self, team: str) -> bool:
        return False

    async def send(self, letter: Letter) -> None:
        raise GatewayUnavailable("No mail server is set up")

    async def check(self) -> None:
        raise GatewayUnavailable("No mail server is set up")


@dataclass(frozen=True)
class SmtpMailbox:
    """Sends by SMTP. ``url``: smtp (STARTTLS where the server has it) or smtps, with user and
    password if need be; ``addresses``: team → address; ``seconds``: how long to wait."""

    url: str
    sender: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 3.0

    def __post_init__(self) -> None:
        """Raises MailAddressWrong."""
        parts = urlsplit(self.url)
        if parts.scheme not in PORTS or not parts.hostname or not self.sender:
            raise MailAddressWrong

    def has(self, team: str) -> bool:
        return team in self.addresses

    async def send(self, letter: Letter) -> None:
        await asyncio.to_thread(self._send, letter)

    async def check(self) -> None:
        await asyncio.to_thread(self._send, None)

    def _send(self, letter: Letter | None) -> None:
        try:
            with self._connect() as server:
                if letter:
                    server.send_message(self._message(letter))
                else:
                    server.noop()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
            raise GatewayRefused("mail", "The mail server refused the address") from error
        except TimeoutError as error:
            raise GatewaySlow() from error
        except (OSError, smtplib.SMTPException) as error:
            # smtplib calls a server that hangs in the middle of a letter disconnected.
            slow = isinstance(error.__context__, TimeoutError)
            raise (GatewaySlow() if slow else GatewayUnavailable()) from error

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=self.seconds, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, port, timeout=self.seconds)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self.sender, self.addresses[letter.team]
        message["Subject"] = " ".join(letter.subject.split())[:200]
        message["Date"] = formatdate()
        digest = hashlib.sha256(letter.key.encode("utf-8", "replace")).hexdigest()[:32]
        message["Message-ID"] = f"<{digest}@{self.sender.rpartition('@')[2]}>"
        # A machine wrote it: nobody's out-of-office may answer.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text.encode("utf-8", "replace").decode("utf-8"))
        return message
