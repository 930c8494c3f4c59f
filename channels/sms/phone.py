"""For the terminal phone: the texts that the ``log`` provider kept. Private listener only."""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException

from channels.parts import Parts
from channels.sms.numbers import clean_number
from channels.sms.sms_log import SmsLog


def make_phone_router(parts: Parts) -> APIRouter:
    """``GET /sms/log/outbox?number=&after=``, opened with the internal secret."""
    router = APIRouter()
    log = SmsLog(parts.engine)

    @router.get("/sms/log/outbox")
    def outbox(
        number: str, after: int = 0, authorization: Annotated[str, Header()] = ""
    ) -> dict[str, Any]:
        """``{"messages": [{"id", "reference", "text", "status", "at"}]}``, oldest first."""
        wanted = f"Bearer {parts.settings.secrets.internal_secret}"
        if not hmac.compare_digest(authorization.encode(), wanted.encode()):
            raise HTTPException(403)
        return {"messages": log.of(clean_number(number), after)}

    return router
