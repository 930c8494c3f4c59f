"""The frame of every staff page: who is signed in, where they may go, and the way out."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.staff import AT_THE_DESK, Role, Staff
from channels.auth import current_staff
from channels.pages import Pages

LEADS = (Role.TEAM_LEAD, Role.ADMINISTRATOR)
READS_THE_LOG = (Role.AUDITOR, Role.ADMINISTRATOR)
MANAGES = (Role.SERVICE_MANAGER, Role.ADMINISTRATOR)
SEES_THE_AUDIT = (Role.AUDITOR, Role.SERVICE_MANAGER, Role.ADMINISTRATOR)


def staff_page(
    pages: Pages,
    request: Request,
    template: str,
    who: Staff | None,
    status: int = 200,
    **context: Any,
) -> Response:
    """A page for ``who``, in English, with the links they may follow."""
    return pages.render(
        request,
        template,
        status=status,
        lang="en",
        show_languages=False,
        nav=links_of(who) if who else [],
        who=who,
        **context,
    )


def links_of(who: Staff) -> list[tuple[str, str]]:
    """Where ``who`` may go from every page: address and name."""
    places = (
        ("/desk", "Desk", tuple(AT_THE_DESK)),
        ("/desk/team", "Team", LEADS),
        ("/desk/history", "History", LEADS),
        ("/desk/phrases", "Phrases", LEADS),
        ("/desk/notices", "Notices", LEADS),
        ("/desk/holds", "Holds", LEADS),
        ("/manager", "Service", MANAGES),
        ("/audit", "Audit", SEES_THE_AUDIT),
        ("/desk/log", "Log", READS_THE_LOG),
    )
    return [(address, name) for address, name, roles in places if who.has(*roles)]


def framed(pages: Pages, request: Request, title: str, body: str) -> Response:
    """``body``, HTML that another room has made and escaped itself, as a staff page."""
    who = current_staff(request)
    return staff_page(pages, request, "staff_plain.html", who, title=title, body=body)
