"""Runs that are planned, then written"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_preferences",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "frequency",
            sa.Enum(
                "weekly",
                "monthly",
                "off",
                name="frequency",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_letter_preferences_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_letter_preferences")),
    )
    op.create_table(
        "skipped_weeks",
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("iso_week", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_skipped_weeks_territory_id_territories"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("territory_id", "iso_week", name=op.f("pk_skipped_weeks")),
    )
    op.create_table(
        "digest_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("iso_week", sa.String(length=8), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "hold",
                "pin",
                "paragraph",
                name="editkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.Column("text_fr", sa.Text(), nullable=True),
        sa.Column("text_en", sa.Text(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'paragraph') = (account_id IS NULL AND need_id IS NULL)",
            name=op.f("ck_digest_edits_paragraph_or_line"),
        ),
        sa.CheckConstraint(
            "(kind = 'paragraph') = (text_fr IS NOT NULL)", name=op.f("ck_digest_edits_paragraph_has_text")
        ),
        sa.CheckConstraint(
            "kind = 'paragraph' OR challenge_id IS NULL",
            name=op.f("ck_digest_edits_only_a_paragraph_has_a_challenge"),
        ),
        sa.CheckConstraint(
            "(account_id IS NULL) = (need_id IS NULL)", name=op.f("ck_digest_edits_line_is_whole")
        ),
        sa.CheckConstraint(
            "(text_fr IS NULL) = (text_en IS NULL)", name=op.f("ck_digest_edits_both_languages")
        ),
        sa.CheckConstraint(
            "length(text_fr) BETWEEN 1 AND 1000 AND length(text_en) BETWEEN 1 AND 1000",
            name=op.f("ck_digest_edits_text_length"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_digest_edits_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["challenges.id"],
            name=op.f("fk_digest_edits_challenge_id_challenges"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["accounts.id"],
            name=op.f("fk_digest_edits_made_by_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_digest_edits_need_id_needs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_digest_edits_territory_id_territories"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_edits")),
        sa.UniqueConstraint(
            "territory_id", "iso_week", "account_id", "need_id", name="uq_digest_edits_one_a_line"
        ),
    )
    with op.batch_alter_table("digest_edits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_edits_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_edits_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_edits_need_id"), ["need_id"], unique=False)
        batch_op.create_index(
            "ix_digest_edits_territory_id_iso_week", ["territory_id", "iso_week"], unique=False
        )

    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_outbox_messages_messagestate"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_outbox_messages_messagestate"),
            "state IN ('pending', 'held', 'claimed', 'sending', 'sent', 'failed', 'unknown', 'skipped')",
        )

    with op.batch_alter_table("digest_runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seed", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("silences", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("unreached", sa.JSON(none_as_null=True), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_digest_runs_runstate"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_digest_runs_counts_agree"), type_="check")
        batch_op.drop_column("eligible")
        batch_op.drop_column("without_lines")
    op.execute("UPDATE digest_runs SET state = 'sending', planned_at = started_at WHERE state = 'composed'")
    with op.batch_alter_table("digest_runs", schema=None) as batch_op:
        batch_op.alter_column("seed", existing_type=sa.BigInteger(), server_default=None)
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_runs_runstate"), "state IN ('preparing', 'sending', 'paused', 'expired')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_runs_planned_has_a_moment"),
            "(planned_at IS NULL) = (state IN ('preparing', 'expired'))",
        )

    with op.batch_alter_table("digest_letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("iso_week", sa.String(length=8), server_default="", nullable=False))
        batch_op.add_column(sa.Column("account_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "left_out",
                sa.Enum(
                    "no_consent",
                    "off",
                    "paused",
                    "monthly",
                    "came_back",
                    "had_one",
                    "nothing_fits",
                    "all_told",
                    "enough",
                    "gone",
                    name="silence",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.alter_column("message_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.drop_constraint(batch_op.f("uq_digest_letters_one_a_person"), type_="unique")
    op.execute(
        "UPDATE digest_letters SET"
        " iso_week = (SELECT iso_week FROM digest_runs WHERE digest_runs.id = digest_letters.run_id),"
        " account_id = (SELECT account_id FROM citizens WHERE citizens.id = digest_letters.citizen_id)"
    )
    # One letter a territory and week was the rule before: a person's second one keeps its lines, which hold what they were
    # told, and gives up the key.
    op.execute(
        "UPDATE digest_letters SET recipient_key = substr(recipient_key, 1, 50) || '#' || id WHERE EXISTS ("
        "SELECT 1 FROM digest_letters AS other WHERE other.recipient_key = digest_letters.recipient_key"
        " AND other.iso_week = digest_letters.iso_week AND other.id < digest_letters.id)"
    )
    with op.batch_alter_table("digest_letters", schema=None) as batch_op:
        batch_op.alter_column("iso_week", existing_type=sa.String(length=8), server_default=None)
        batch_op.drop_index(batch_op.f("ix_digest_letters_citizen_id"))
        batch_op.drop_constraint(batch_op.f("fk_digest_letters_citizen_id_citizens"), type_="foreignkey")
        batch_op.drop_column("citizen_id")
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_letters_written_or_left_out"), "message_id IS NULL OR left_out IS NULL"
        )
        batch_op.create_unique_constraint("uq_digest_letters_one_a_week", ["recipient_key", "iso_week"])
        batch_op.create_foreign_key(
            batch_op.f("fk_digest_letters_account_id_accounts"),
            "accounts",
            ["account_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index(batch_op.f("ix_digest_letters_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_letters_run_id"), ["run_id"], unique=False)
        batch_op.create_index(
            "ix_digest_letters_to_write",
            ["id"],
            unique=False,
            postgresql_where=sa.text("message_id IS NULL AND left_out IS NULL"),
            sqlite_where=sa.text("message_id IS NULL AND left_out IS NULL"),
        )

    with op.batch_alter_table("digest_lines", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.Enum(
                    "need",
                    "helper",
                    "news",
                    name="linekind",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                server_default="need",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("subject", sa.String(length=60), server_default="", nullable=False))
        batch_op.add_column(sa.Column("citizen_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        batch_op.alter_column("need_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.alter_column("match", existing_type=sa.JSON(), nullable=True)
        batch_op.drop_constraint(batch_op.f("uq_digest_lines_told_once"), type_="unique")
    op.execute("UPDATE digest_lines SET subject = 'need:' || need_id")
    with op.batch_alter_table("digest_lines", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=32), server_default=None)
        batch_op.alter_column("subject", existing_type=sa.String(length=60), server_default=None)
        batch_op.create_unique_constraint("uq_digest_lines_told_once", ["recipient_key", "subject"])
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_lines_news_or_need"), "(kind = 'news') = (need_id IS NULL)"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_lines_news_has_a_group"), "(kind = 'news') = (group_id IS NOT NULL)"
        )
        batch_op.create_index(batch_op.f("ix_digest_lines_citizen_id"), ["citizen_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_lines_group_id"), ["group_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_digest_lines_group_id_startup_groups"),
            "startup_groups",
            ["group_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_digest_lines_citizen_id_citizens"),
            "citizens",
            ["citizen_id"],
            ["id"],
            ondelete="SET NULL",
        )
