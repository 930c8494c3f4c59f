"""a case that was the safeguarding team's stays guarded when it is passed away

Revision 0014
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_handoffs = sa.table(
    "handoffs",
    sa.column("id", sa.String),
    sa.column("team", sa.String),
    sa.column("reasons", sa.JSON),
    sa.column("was_safeguarding", sa.Boolean),
)
_log = sa.table(
    "staff_log",
    sa.column("action", sa.String),
    sa.column("subject", sa.String),
    sa.column("detail", sa.JSON),
)
AT_ONCE = 500


def upgrade() -> None:
    """Cases that the log tells were passed to the team and away, or that began with danger, which
    is the team's from the start, and were passed on: rather one too many than one too few."""
    no = sa.false()
    column = sa.Column("was_safeguarding", sa.Boolean, nullable=False, server_default=no)
    op.add_column("handoffs", column)
    db = op.get_bind()
    were = sorted(set(_passed_through(db)))
    for start in range(0, len(were), AT_ONCE):
        some = _handoffs.c.id.in_(were[start : start + AT_ONCE])
        db.execute(_handoffs.update().where(some).values(was_safeguarding=True))


def _passed_through(db: sa.Connection) -> Iterator[str]:
    of_case = _log.c.subject == _handoffs.c.id
    query = sa.select(_handoffs.c.id, _handoffs.c.reasons, _log.c.detail)
    query = query.select_from(_log.join(_handoffs, of_case))
    for case, reasons, detail in db.execute(query.where(_log.c.action == "case_passed_on")):
        began_there = any(str(reason).startswith("safety_") for reason in reasons)
        if began_there or detail.get("to") == "safeguarding":
            yield case


def downgrade() -> None:
    """Take it back."""
    op.drop_column("handoffs", "was_safeguarding")
