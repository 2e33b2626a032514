"""Sessions that a link opened, and letters whose words are a key"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEYS = (
    "accounts.sign_in",
    "accounts.open_account",
    "citizens.confirmation",
    "invitations.invitation",
    "introductions.notices",
)


def upgrade() -> None:
    with op.batch_alter_table("account_sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_link", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("has_key", sa.Boolean(), server_default=sa.false(), nullable=False))
    letters = sa.table(
        "outbox_messages",
        sa.column("kind", sa.String),
        sa.column("state", sa.String),
        sa.column("has_key", sa.Boolean),
        sa.column("text", sa.Text),
        sa.column("html", sa.Text),
    )
    op.execute(letters.update().where(letters.c.kind.in_(KEYS)).values(has_key=True))
    # What has been delivered is a key to whoever reads a copy of the database, for as long as its link is good.
    settled = letters.c.state.not_in(("pending", "held", "claimed", "sending"))
    op.execute(letters.update().where(letters.c.has_key, settled).values(text="", html=""))
