"""room for sealed contact details

Revision 0010

Only the room: what is there is sealed by the running product (``bot.stores.reseal``), once every
process knows how to open it. SQLite does not mind how long a text is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("conversations", "address", 32),
    ("sms_log", "address", 32),
    ("sms_opt_outs", "address", 32),
    ("staff", "totp_secret", 64),
)


def upgrade() -> None:
    """Longer columns: PostgreSQL notes it and rewrites nothing."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column, was in _COLUMNS:
            op.alter_column(table, column, type_=sa.String(200), existing_type=sa.String(was))


def downgrade() -> None:
    """Take it back. PostgreSQL refuses while a value is sealed."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column, was in _COLUMNS:
            op.alter_column(table, column, type_=sa.String(was), existing_type=sa.String(200))
