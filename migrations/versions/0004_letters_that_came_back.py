"""Letters that came back"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returned_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_key", sa.String(length=40), nullable=False),
        sa.Column("recipient_key", sa.String(length=64), nullable=False),
        sa.Column(
            "bounce",
            sa.Enum("hard", "soft", name="bounce", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgiven", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "length(recipient_key) = 64", name=op.f("ck_returned_letters_recipient_is_a_fingerprint")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_letters")),
        sa.UniqueConstraint("message_key", name=op.f("uq_returned_letters_message_key")),
    )
    with op.batch_alter_table("returned_letters", schema=None) as batch_op:
        batch_op.create_index(
            "ix_returned_letters_recipient_key_sent_at", ["recipient_key", "sent_at"], unique=False
        )

    op.create_table(
        "suppressed_addresses",
        sa.Column("recipient_key", sa.String(length=64), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "hard_bounce",
                "soft_weeks",
                name="suppressionreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("diagnostic", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "length(recipient_key) = 64", name=op.f("ck_suppressed_addresses_recipient_is_a_fingerprint")
        ),
        sa.PrimaryKeyConstraint("recipient_key", name=op.f("pk_suppressed_addresses")),
    )
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_for", sa.Boolean(), server_default=sa.false(), nullable=False))

    outbox = sa.table("outbox_messages", sa.column("kind", sa.String()), sa.column("asked_for", sa.Boolean()))
    kinds = ("accounts.sign_in", "accounts.open_account", "accounts.no_account", "citizens.confirmation")
    op.execute(outbox.update().where(outbox.c.kind.in_(kinds)).values(asked_for=True))
