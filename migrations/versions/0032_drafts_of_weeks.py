"""Drafts of weeks"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafted_weeks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("iso_week", sa.String(length=8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unreached", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changes", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "drafted_at IS NULL OR (figures IS NOT NULL AND unreached IS NOT NULL)",
            name=op.f("ck_drafted_weeks_drafted_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_drafted_weeks_territory_id_territories"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafted_weeks")),
    )
    with op.batch_alter_table("drafted_weeks", schema=None) as batch_op:
        batch_op.create_index("ix_drafted_weeks_territory_id", ["territory_id"], unique=False)
        batch_op.create_index(
            "uq_drafted_weeks_one_asked_for",
            ["territory_id"],
            unique=True,
            postgresql_where=sa.text("drafted_at IS NULL"),
            sqlite_where=sa.text("drafted_at IS NULL"),
        )

    op.create_table(
        "drafted_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("citizen_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "silence",
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
                "held",
                "gone",
                name="silence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(account_id IS NULL) <> (citizen_id IS NULL)", name=op.f("ck_drafted_letters_one_reader")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_drafted_letters_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_drafted_letters_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["drafted_weeks.id"],
            name=op.f("fk_drafted_letters_draft_id_drafted_weeks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafted_letters")),
        sa.UniqueConstraint("draft_id", "account_id", name="uq_drafted_letters_one_each"),
        sa.UniqueConstraint("draft_id", "citizen_id", name="uq_drafted_letters_one_each_on_paper"),
    )
    with op.batch_alter_table("drafted_letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafted_letters_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_drafted_letters_citizen_id"), ["citizen_id"], unique=False)
        batch_op.create_index("ix_drafted_letters_place", ["draft_id", "silence", "id"], unique=False)

    op.create_table(
        "drafted_lines",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "need",
                "waiting",
                "helper",
                "news",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("citizen_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("turn", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "(kind = 'news') = (group_id IS NOT NULL)", name=op.f("ck_drafted_lines_news_has_a_group")
        ),
        sa.CheckConstraint("(kind = 'news') = (need_id IS NULL)", name=op.f("ck_drafted_lines_news_or_need")),
        sa.CheckConstraint(
            "(kind = 'waiting') = (turn IS NOT NULL)", name=op.f("ck_drafted_lines_waiting_has_a_turn")
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_drafted_lines_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["startup_groups.id"],
            name=op.f("fk_drafted_lines_group_id_startup_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["drafted_letters.id"],
            name=op.f("fk_drafted_lines_letter_id_drafted_letters"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_drafted_lines_need_id_needs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("letter_id", "position", name=op.f("pk_drafted_lines")),
    )
    with op.batch_alter_table("drafted_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafted_lines_citizen_id"), ["citizen_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_drafted_lines_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_drafted_lines_need_id"), ["need_id"], unique=False)
