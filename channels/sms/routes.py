"""Webhooks of the text message providers. Each proves who calls before anything is kept."""

from __future__ import annotations

import hmac
import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, Field

from bot.errors import BadInput
from channels.pages import NotAllowed
from channels.parts import Parts
from channels.sms.other_way import call_instead
from channels.sms.providers.notify import STATUSES
from channels.sms.providers.twilio import is_signed
from channels.sms.receive import InboundText, receive
from channels.sms.sms_log import SmsLog

log = logging.getLogger(__name__)
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class WebhookUnreadable(BadInput):
    """We could not read that text message. It needs MessageSid, From and Body."""


class NotifyText(BaseModel):
    """What GOV.UK Notify sends for a text it received."""

    id: str = Field(min_length=1, max_length=80)
    source_number: str = Field(max_length=32)
    message: str = Field(max_length=20_000)


class NotifyReceipt(BaseModel):
    """What GOV.UK Notify says became of a text we sent."""

    id: str = Field(min_length=1, max_length=80)
    status: str = Field(max_length=40)


def make_sms_router(parts: Parts) -> APIRouter:
    """Routes under ``/sms`` for the public listener."""
    router = APIRouter(include_in_schema=False)
    limiter, sent = parts.limiter, SmsLog(parts.engine)

    def from_notify(authorization: Annotated[str, Header()] = "") -> None:
        wanted = f"Bearer {parts.settings.secrets.notify_bearer}"
        if not hmac.compare_digest(authorization.encode(), wanted.encode()):
            raise NotAllowed

    async def from_twilio(
        request: Request, x_twilio_signature: Annotated[str, Header()] = ""
    ) -> InboundText:
        async with request.form() as told:
            form = {k: v for k, v in told.items() if isinstance(v, str)}
        query = f"?{request.url.query}" if request.url.query else ""
        url = f"{parts.settings.public_url}{request.url.path}{query}"
        if not is_signed(parts.settings.twilio_auth_token, url, form, x_twilio_signature):
            raise NotAllowed
        if not form.get("MessageSid") or not form.get("From"):
            raise WebhookUnreadable
        return InboundText("twilio", form["MessageSid"][:80], form["From"], form.get("Body", ""))

    @router.post("/sms/notify/inbound", dependencies=[Depends(from_notify)])
    def notify_inbound(text: NotifyText) -> dict[str, str]:
        receive(parts, limiter, InboundText("notify", text.id, text.source_number, text.message))
        return {"status": "accepted"}

    @router.post("/sms/notify/delivery", dependencies=[Depends(from_notify)])
    def notify_delivery(receipt: NotifyReceipt) -> dict[str, str]:
        status = STATUSES.get(receipt.status)
        if status is None:
            log.warning("notify has a new delivery status; add it to STATUSES")
            return {"status": "unknown"}
        known = sent.set_status("notify", receipt.id, status, parts.turn.clock.now())
        whose = sent.whose("notify", receipt.id) if status == "refused" else None
        if whose:
            call_instead(parts, whose)
        return {"status": "noted" if known else "no such text"}

    @router.post("/sms/twilio/inbound")
    def twilio_inbound(text: InboundText = Depends(from_twilio)) -> Response:
        receive(parts, limiter, text)
        return Response(EMPTY_TWIML, media_type="text/xml")

    return router
