"""pages of territories"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "territory_pages",
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "legal",
                "privacy",
                "help",
                name="pagekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("locale IN ('fr', 'en')", name=op.f("ck_territory_pages_known_locale")),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 5000", name=op.f("ck_territory_pages_text_length")),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_territory_pages_territory_id_territories"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("territory_id", "kind", "locale", name=op.f("pk_territory_pages")),
    )
