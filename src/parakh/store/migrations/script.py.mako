"""${message}

Why: say it here.
"""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
phase = "expand"  # or "contract": see docs/operating.md, Upgrade without a stop


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
