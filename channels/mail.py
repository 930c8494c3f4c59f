"""Send one letter to a citizen by the council's mail server. The address is not kept."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from bot.errors import BadInput

_PORTS = {"smtp": 587, "smtps": 465}
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
SECONDS = 10.0


class MailUnusable(BadInput):
    """We cannot send to that email address. Please check it, or save the copy here."""


@dataclass(frozen=True)
class MailServer:
    """``url``: smtp://user:password@host:587 (STARTTLS where it has it) or smtps://;
    ``sender``: who letters are from."""

    url: str
    sender: str

    @property
    def is_set_up(self) -> bool:
        """Whether letters can be sent at all."""
        return bool(self.url and self.sender)

    def send(self, to: str, subject: str, text: str) -> None:
        """Hand the letter over. Raises MailUnusable, also while the server is away: the page
        then offers the copy in another way."""
        if not self.is_set_up or not _ADDRESS.fullmatch(to) or len(to) > 254:
            raise MailUnusable
        try:
            with self._connect() as server:
                server.send_message(self._letter(to, subject, text))
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnusable from error

    def _letter(self, to: str, subject: str, text: str) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"] = self.sender, to
        letter["Subject"] = " ".join(subject.split())
        letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain="fairway.invalid")
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text)
        return letter

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 587)
        secure = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=secure)
        else:
            server = smtplib.SMTP(host, port, timeout=SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=secure)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server
