"""What organisers decide about letters"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("digest_letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settled_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_digest_letters_settled_by_id_accounts"),
            "accounts",
            ["settled_by_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.drop_constraint(batch_op.f("ck_digest_letters_silence"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_letters_silence"),
            "left_out IN ('no_consent', 'off', 'paused', 'monthly', 'came_back', 'had_one', 'nothing_fits', 'all_told', 'enough', "
            "'held', 'gone')",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_letters_settled_when_written"),
            "settled_at IS NULL AND settled_by_id IS NULL OR settled_at IS NOT NULL AND message_id IS NOT NULL",
        )

    with op.batch_alter_table("territories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest_since", sa.DateTime(timezone=True), nullable=True))
