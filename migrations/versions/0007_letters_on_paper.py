"""Letters on paper, and answers to needs"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "need_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("yes", "no", name="answer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "code", "call", name="answerchannel", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("relay_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "corrected_at IS NULL OR corrected_at >= given_at",
            name=op.f("ck_need_answers_corrected_after_given"),
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_need_answers_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_need_answers_need_id_needs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["accounts.id"],
            name=op.f("fk_need_answers_recorded_by_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["relay_id"], ["relays.id"], name=op.f("fk_need_answers_relay_id_relays")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_answers")),
        sa.UniqueConstraint("need_id", "citizen_id", name="uq_need_answers_one_each"),
    )
    with op.batch_alter_table("need_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_answers_citizen_id"), ["citizen_id"], unique=False)

    op.drop_index("ix_digest_letters_to_write", table_name="digest_letters")
    with op.batch_alter_table("digest_letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("citizen_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("relay_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("written_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_digest_letters_citizen_id"), ["citizen_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_letters_relay_id"), ["relay_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_digest_letters_citizen_id_citizens"),
            "citizens",
            ["citizen_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_digest_letters_relay_id_relays"), "relays", ["relay_id"], ["id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_letters_account_or_paper"),
            "(account_id IS NULL OR relay_id IS NULL) AND (citizen_id IS NULL OR relay_id IS NOT NULL)",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_letters_paper_is_not_mailed"), "relay_id IS NULL OR message_id IS NULL"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_letters_written_on_paper"),
            "written_at IS NULL OR (relay_id IS NOT NULL AND left_out IS NULL)",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_letters_printed_after_written"),
            "printed_at IS NULL OR (written_at IS NOT NULL AND printed_at >= written_at)",
        )
    op.create_index(
        "ix_digest_letters_to_write",
        "digest_letters",
        ["id"],
        postgresql_where=sa.text("message_id IS NULL AND left_out IS NULL AND written_at IS NULL"),
        sqlite_where=sa.text("message_id IS NULL AND left_out IS NULL AND written_at IS NULL"),
    )

    with op.batch_alter_table("digest_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("code", sa.String(length=6), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_digest_lines_code"), ["code"])
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_lines_only_a_need_has_a_code"), "code IS NULL OR kind = 'need'"
        )
        batch_op.drop_constraint(batch_op.f("ck_digest_lines_linekind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_lines_linekind"), "kind IN ('need', 'yes', 'helper', 'news')"
        )

    with op.batch_alter_table("relay_acts", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_relay_acts_relaydeed"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_relay_acts_relaydeed"),
            "deed IN ('signed_up', 'corrected', 'letter_asked', 'letter_stopped', 'address_given', "
            "'letter_printed', 'answered', 'not_reached', 'deleted')",
        )
