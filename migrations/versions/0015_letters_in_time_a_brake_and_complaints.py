"""Letters that may be too late, a brake on their sending, and readers who complain"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_brakes",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_brakes_one_for_all")),
        sa.CheckConstraint(
            "doubts >= 0 AND refusals >= 0 AND pauses >= 0", name=op.f("ck_mail_brakes_counts_not_negative")
        ),
        sa.CheckConstraint(
            "(paused_until IS NULL) = (reason IS NULL)", name=op.f("ck_mail_brakes_pause_has_a_reason")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_brakes")),
    )
    op.create_table(
        "complaints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_key", sa.String(length=40), nullable=False),
        sa.Column("recipient_key", sa.String(length=64), nullable=False),
        sa.Column("complained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgiven", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "length(recipient_key) = 64", name=op.f("ck_complaints_recipient_is_a_fingerprint")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("message_key", name=op.f("uq_complaints_message_key")),
    )
    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaints_recipient_key"), ["recipient_key"], unique=False)
    # What waits already may go on waiting: nothing is known of how long it is good for.
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("not_after", sa.DateTime(timezone=True), nullable=True))
