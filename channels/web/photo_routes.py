"""Send a photo in a chat, and see it again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from bot.conversation import Conversation
from bot.handoff import HandoffStatus
from bot.message import Medium, Message, Sender
from bot.take_in import take_in
from channels.limits import Limiter
from channels.pages import Pages, check_csrf
from channels.parts import Parts
from channels.photos import LARGEST_FILE, Photo, PhotoStore, clean_photo
from channels.web.api import address_of
from channels.web.chat_cookie import ChatCookie
from channels.web.talk import Talk

PER_CONVERSATION, PER_ADDRESS = 6, 60  # photos a minute


def make_photo_router(parts: Parts, pages: Pages, talk: Talk, limiter: Limiter) -> APIRouter:
    """``POST /chat/photo`` and ``GET /chat/photos/ID.jpg``."""
    router = APIRouter(include_in_schema=False)
    cookie = ChatCookie(parts.settings.secure, talk)
    store = PhotoStore(parts.engine)

    @router.post("/chat/photo", dependencies=[Depends(check_csrf)])
    def send(request: Request, photo: Annotated[UploadFile, File()]) -> Response:
        conversation = cookie.need(request)
        limiter.take(f"photo {conversation.id}", PER_CONVERSATION)
        limiter.take(f"photo {address_of(request)}", PER_ADDRESS)
        jpeg = clean_photo(photo.file.read(LARGEST_FILE + 1))
        words = parts.words.say("photo_sent", conversation.language, "web")
        keep_photo(parts, store, conversation, jpeg, words)
        return RedirectResponse("/#latest", 303)

    @router.get("/chat/photos/{photo_id}.jpg")
    def see(request: Request, photo_id: str) -> Response:
        jpeg = store.get(cookie.need(request).id, photo_id)
        if jpeg is None:
            raise HTTPException(404)
        return Response(jpeg, media_type="image/jpeg")

    return router


def keep_photo(
    parts: Parts, store: PhotoStore, conversation: Conversation, jpeg: bytes, words: str
) -> Message:
    """Keep the photo as a message of the citizen's. The assistant cannot see pictures, so it is
    told that a person will, unless one is there already."""
    turn = parts.turn
    with turn.locks.hold(conversation.id):
        message = take_in(turn, conversation.id, words).message
        now = turn.clock.now()
        store.add(Photo(turn.new_id(), conversation.id, message.id, jpeg, now))
        with turn.store.begin() as work:
            handoff = work.handoffs.open_of(conversation.id)
            if handoff is None or handoff.status is HandoffStatus.WAITING:
                work.messages.add(_kept(parts, conversation), in_reply_to=message.id)
            work.messages.mark_answered(message.id)
            work.commit()
    parts.live.changed([conversation.id, "desk"])
    return message


def _kept(parts: Parts, conversation: Conversation) -> Message:
    turn, language = parts.turn, conversation.language
    return Message(
        id=turn.new_id(),
        conversation_id=conversation.id,
        sender=Sender.SYSTEM,
        text=turn.replies.say("photo_kept", language, Medium.WEB.value),
        lang=language,
        at=turn.clock.now(),
    )
