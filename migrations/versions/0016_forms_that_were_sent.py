"""Forms that were sent, each of which makes what it makes once"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_forms",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint("length(key) = 64", name=op.f("ck_sent_forms_key_is_a_fingerprint")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sent_forms")),
    )
