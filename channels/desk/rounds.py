"""What the desk does by the clock: silent cases and ended offers go to the queue, closing is told,
referrals are taken to partners, and a contact centre's own platform hears what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.council import Council
from bot.desk_closing import tell_we_close
from bot.desk_offer import end_offers
from bot.desk_parts import DeskParts
from bot.desk_silence import return_silent
from channels.background import Rounds
from channels.desk.hooks import DeskHook
from channels.desk.referrals import ReferralPost
from channels.desk.wiring import desk_parts
from channels.mail import MailServer
from channels.parts import Parts

EVERY = 20.0  # seconds
LATE = timedelta(minutes=30)
"""A closing longer ago than this is news to nobody."""


@dataclass
class DeskRounds:
    """``run_once`` is one round."""

    parts: DeskParts
    council: Council
    silence: timedelta
    post: ReferralPost | None = None
    hook: DeskHook | None = None

    def run_once(self) -> None:
        """One round. Several processes may make theirs: each case moves once."""
        now = self.parts.turn.clock.now()
        end_offers(self.parts)
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


def start_desk_rounds(parts: Parts) -> Rounds:
    """The rounds of this process, at work."""
    desk = desk_parts(parts)
    silence = timedelta(minutes=parts.settings.desk_silence)
    settings, council = parts.settings, parts.council
    mail = MailServer(settings.smtp_url, settings.mail_from)
    secret = settings.secrets.webhook_secret
    post = ReferralPost(desk, council.partners, council.name, secret, mail)
    hook = DeskHook(desk, settings.desk_webhook, secret) if settings.desk_webhook else None
    rounds = DeskRounds(desk, council, silence, post, hook)
    return Rounds("rounds of the desk", rounds.run_once, EVERY).start()
