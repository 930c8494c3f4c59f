"""Text messages: in by webhook, out from the outbox.

``make_sms_router`` takes them in, ``start_postman`` answers and delivers, and
``make_phone_router`` lets the terminal phone read what was "sent".
"""

from channels.sms.phone import make_phone_router
from channels.sms.postman import Postman, start_postman
from channels.sms.routes import make_sms_router

__all__ = ["Postman", "make_phone_router", "make_sms_router", "start_postman"]
