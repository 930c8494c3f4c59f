"""Draw a page in the shared chrome."""

from __future__ import annotations

from functools import partial
from typing import Any

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from channels.pages.chat_language import ChatLanguage
from channels.pages.cookies import LANGUAGE, cookie_name, set_cookie
from channels.pages.csrf import FIELD, Csrf
from channels.pages.languages import page_language, split_languages, text_direction
from channels.pages.news import NoticeBoard
from channels.pages.static_files import ROOMS, load_static_files
from channels.parts import Parts

A_YEAR = 365 * 24 * 3600


class Pages:
    """Draws templates of every room (``channels/<room>/templates``).

    A template may use: ``t(key, **values)`` for words in the page's language, ``lang``,
    ``dir``, ``dir_of(lang)``, ``lang_of(lang)`` inside the tag of what may be in another
    language than the page, ``chosen``, ``languages``, ``council``, ``static(name)`` for the
    address of a file, ``csrf_field()`` inside a form, ``path``, and ``nav`` (pairs of address
    and label). ``chosen`` is the citizen's language, ``lang`` the one the page's own words are
    in: the first of the catalogues where the citizen's has no such words.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._csrf = Csrf.of(parts.settings)
        self._notices = NoticeBoard(parts)
        self.chat_language = ChatLanguage(parts)
        self._static = load_static_files(parts.council.colour)
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(sorted(ROOMS.glob("*/templates"))),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(
        self, request: Request, name: str, *, status: int = 200, **context: Any
    ) -> HTMLResponse:
        """The page, in the citizen's language. Raises jinja2 errors for a broken template."""
        language = context.pop("lang", None) or self.language(request)
        html = self._templates.get_template(name).render(
            {**self._shared(request, language), **context}
        )
        response = HTMLResponse(html, status)
        if request.query_params.get("lang") == language:
            settings = self._parts.settings
            framed = bool(settings.embed_origins)
            set_cookie(
                response,
                LANGUAGE,
                language,
                secure=settings.secure,
                seconds=A_YEAR,
                framed=framed,
            )
        return response

    @property
    def council_name(self) -> str:
        """The council's name."""
        return self._parts.council.name

    @property
    def phone(self) -> str:
        """The council's phone number."""
        return self._parts.council.phone

    def language(self, request: Request) -> str:
        """The language this browser's pages are drawn in: the citizen's choice, else that of
        the conversation they have open, else the browser's."""
        offered, secure = self._parts.council.languages, self._parts.settings.secure
        return page_language(request, offered, secure, lambda: self.chat_language.of(request))

    def language_before_chat(self, request: Request) -> str:
        """The same for a new conversation: the last one's language is no choice for it."""
        return page_language(request, self._parts.council.languages, self._parts.settings.secure)

    def has_chosen(self, request: Request) -> bool:
        """Whether this browser's user has picked a language on our pages."""
        name = cookie_name(LANGUAGE, self._parts.settings.secure)
        return name in request.cookies or "lang" in request.query_params

    def say(self, key: str, language: str, **values: Any) -> str:
        """One of the pages' own texts."""
        return self._parts.words.say(key, language, "web", **values)

    def words_language(self, language: str) -> str:
        """The language in which a page for ``language`` has its words."""
        known = self._parts.words.languages
        return language if language in known else known[0]

    def knows(self, key: str) -> bool:
        """Whether the pages have a text of their own for ``key``."""
        return self._parts.words.has(key)

    def csrf_field(self, request: Request) -> Markup:
        """A hidden field for a form: ``check_csrf`` looks for it."""
        field = '<input type="hidden" name="{}" value="{}">'
        return Markup(field).format(FIELD, self._csrf.token(request))

    def csrf_token(self, request: Request) -> str:
        """The same token bare, for a script to send as ``X-CSRF-Token``."""
        return self._csrf.token(request)

    def _shared(self, request: Request, language: str) -> dict[str, Any]:
        def t(key: str, **values: Any) -> str:
            return self._parts.words.say(key, language, "web", **values)

        own_words = self.words_language(language)
        first, more = split_languages(self._parts.council.languages, language)
        return {
            "languages_first": first,
            "languages_more": more,
            "notices": self._notices.at(own_words),
            "t": t,
            "lang": own_words,
            "dir": text_direction(own_words),
            "chosen": language,
            "dir_of": text_direction,
            "lang_of": partial(_lang_of, own_words),
            "languages": self._parts.council.languages,
            "council": self._parts.council,
            "static": self._static.url,
            "csrf_field": partial(self.csrf_field, request),
            "path": request.url.path,
            "nav": (),
            "show_languages": True,
        }


def _lang_of(page: str, language: str) -> Markup:
    """The attributes by which a screen reader speaks other words than the page's rightly."""
    if language == page:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(language, text_direction(language))
