"""The auditor's pages at /audit: past reports, a form for a new one, and the downloads."""

from __future__ import annotations

from fairness.pages.routes import make_audit_router

__all__ = ["make_audit_router"]
