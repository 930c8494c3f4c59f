"""The chrome every page shares: layout, words, styles, security headers, forms' safety.

``Pages(parts).render(request, "name.html", …)`` draws a page; ``secure(app, parts)`` guards
every route; ``check_csrf`` is the dependency of every form.
"""

from channels.pages.cookies import CHAT, LANGUAGE, NEEDS, STAFF, cookie_name, set_cookie
from channels.pages.csrf import check_csrf, check_origin
from channels.pages.errors import NotAllowed, Unavailable, error_answer, wants_json
from channels.pages.languages import page_language, text_direction
from channels.pages.pages import Pages
from channels.pages.secure import secure

__all__ = [
    "CHAT",
    "NEEDS",
    "LANGUAGE",
    "STAFF",
    "NotAllowed",
    "Pages",
    "Unavailable",
    "check_csrf",
    "check_origin",
    "cookie_name",
    "error_answer",
    "page_language",
    "secure",
    "set_cookie",
    "text_direction",
    "wants_json",
]
