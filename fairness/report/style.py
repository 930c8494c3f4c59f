"""The style sheet of every page the audit writes, and the policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

_SHEET = Path(__file__).parent / "report.css"


def content_security_policy() -> str:
    """What report.html needs and no more: its own style sheet, named by its hash."""
    digest = base64.b64encode(hashlib.sha256(page_css().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


def page_css() -> str:
    """The one style sheet of every page the audit writes."""
    return _SHEET.read_text(encoding="utf-8")
