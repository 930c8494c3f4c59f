"""What the desk does by the clock: silent cases go back to the queue, closing time is told,
referrals are taken to partners, and a contact centre's own platform hears what happened."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from bot.council import Council
from bot.desk_closing import tell_we_close
from bot.desk_parts import DeskParts
from bot.desk_silence import return_silent
from channels.desk.hooks import DeskHook
from channels.desk.referrals import ReferralPost
from channels.desk.wiring import desk_parts
from channels.mail import MailServer
from channels.parts import Parts

log = logging.getLogger(__name__)

EVERY = 20.0  # seconds
LATE = timedelta(minutes=30)
"""A closing longer ago than this is news to nobody."""


@dataclass
class DeskRounds:
    """Works in a thread of its own from ``start`` to ``stop``; ``run_once`` is one round."""

    parts: DeskParts
    council: Council
    silence: timedelta
    post: ReferralPost | None = None
    hook: DeskHook | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> DeskRounds:
        """Begin to work."""
        self._thread = threading.Thread(target=self._work, name="desk-rounds", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End after the round under way."""
        self._stopping.set()
        if self._thread:
            self._thread.join(30)

    def run_once(self) -> None:
        """One round. Several processes may make theirs: each case moves once."""
        now = self.parts.turn.clock.now()
        if self.silence:
            return_silent(self.parts, self.silence)
        if self.post:
            self.post.run_once()
        if self.hook:
            self.hook.run_once()
        closed_at = self.council.closed_since(now)
        if closed_at is not None and now - closed_at <= LATE:
            opens = self.council.next_open(now)
            tell_we_close(self.parts, closed_at, f"{opens:%d/%m/%Y %H:%M}" if opens else "–")

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self.run_once()
            except Exception as error:  # the database is away: try again in a moment
                log.error("rounds of the desk: %s", type(error).__name__)
            self._stopping.wait(EVERY)


def start_desk_rounds(parts: Parts) -> DeskRounds:
    """The rounds of this process, at work."""
    desk = desk_parts(parts)
    silence = timedelta(minutes=parts.settings.desk_silence)
    settings, council = parts.settings, parts.council
    mail = MailServer(settings.smtp_url, settings.mail_from)
    secret = settings.secrets.webhook_secret
    post = ReferralPost(desk, council.partners, council.name, secret, mail)
    hook = DeskHook(desk, settings.desk_webhook, secret) if settings.desk_webhook else None
    return DeskRounds(desk, council, silence, post, hook).start()
