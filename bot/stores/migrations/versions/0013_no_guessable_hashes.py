"""no hash is held that what was asked for could be guessed from

Revision 0013
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is asked for is told by a keyed hash from now on. The key is not known here, so the rows
    of the last day say only that their act was done, until they expire."""
    op.execute("UPDATE api_calls SET asked = ''")


def downgrade() -> None:
    """What was taken out is not there to put back; older versions refuse these keys for a day."""
