"""Take referrals to partner organisations: a signed webhook, or a letter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx

from bot.desk_parts import DeskParts
from bot.desk_refer import REFERRAL, Referral, referral_arrived, referral_failed, referral_in
from bot.ports import Parcel
from channels.desk.signature import SIGNATURE, sign
from channels.mail import MailServer, MailUnusable

LEASE = timedelta(minutes=2)
AT_ONCE = 20
SECONDS = 10.0


@dataclass(frozen=True)
class ReferralPost:
    """``partners``: name → ``https://…`` or an email address; ``council`` says who writes."""

    parts: DeskParts
    partners: Mapping[str, str]
    council: str
    secret: str
    mail: MailServer

    def run_once(self) -> None:
        """Take everything that is due. A partner may get one twice after a crash: the reference
        tells, and comes as ``Idempotency-Key`` too."""
        now = self.parts.turn.clock.now()
        with self.parts.store.begin() as work:
            parcels = work.outbox.lease(REFERRAL, now, now + LEASE, AT_ONCE)
            work.commit()
        for parcel in parcels:
            self._take(parcel)

    def _take(self, parcel: Parcel) -> None:
        referral = referral_in(self.parts, parcel)
        to = self.partners.get(referral.partner, "")
        try:
            receipt = self._call(to, referral) if "://" in to else self._write(to, referral)
        except (httpx.HTTPError, MailUnusable) as error:
            referral_failed(self.parts, parcel, type(error).__name__)
        else:
            referral_arrived(self.parts, parcel, receipt)

    def _call(self, url: str, referral: Referral) -> str:
        told = {**vars(referral), "asked_at": referral.asked_at.isoformat(), "from": self.council}
        body = json.dumps(told, ensure_ascii=False).encode()
        at = int(self.parts.turn.clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": referral.reference,
            SIGNATURE: sign(body, at, self.secret),
        }
        with httpx.Client(trust_env=False, timeout=SECONDS) as client:
            answer = client.post(url, content=body, headers=headers)
            answer.raise_for_status()
        return " ".join(answer.text.split())[:200] or f"HTTP {answer.status_code}"

    def _write(self, address: str, referral: Referral) -> str:
        contact = "\n".join(f"{name}: {value}" for name, value in referral.contact.items())
        text = (
            f"{self.council} refers somebody to you, with their consent.\n\n{referral.text}\n\n"
            f"{contact or 'They gave no contact: answer us.'}\nLanguage: {referral.language}\n\n"
            f"Please answer with the reference {referral.reference}."
        )
        self.mail.send(address, f"Referral {referral.reference}", text)
        return "handed to the mail server"
