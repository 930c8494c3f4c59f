"""who is asked first when a case comes back from the assistant, and until when

Revision 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns; no case that is open now is offered to anybody."""
    op.add_column("handoffs", sa.Column("offered_to", sa.String(length=80)))
    op.add_column("handoffs", sa.Column("offered_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("handoffs", "offered_until")
    op.drop_column("handoffs", "offered_to")
