"""Groups that have ended"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("startup_groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("closed_by_team", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_startup_groups_closed_at"), ["closed_at"], unique=False)
        batch_op.create_check_constraint(
            batch_op.f("ck_startup_groups_closed_by_team_is_closed"),
            "NOT closed_by_team OR closed_at IS NOT NULL",
        )
