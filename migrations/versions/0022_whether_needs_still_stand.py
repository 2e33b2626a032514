"""Whether needs without a last day still stand"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("needs") as batch:
        batch.add_column(sa.Column("stands_since", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("asked_times", sa.Integer(), server_default="0", nullable=False))
        batch.create_check_constraint(batch.f("ck_needs_asked_twice_at_most"), "asked_times BETWEEN 0 AND 2")
        batch.create_check_constraint(
            batch.f("ck_needs_asked_at_a_moment"), "(asked_times = 0) = (asked_at IS NULL)"
        )
