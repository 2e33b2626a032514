"""Order the letters that are due by their number too"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_messages_state_due_at"))
        batch_op.create_index("ix_outbox_messages_state_due_at_id", ["state", "due_at", "id"], unique=False)
