"""How long ways are in a territory"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "detours",
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("to_commune_code", sa.String(length=5), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("commune_code < to_commune_code", name=op.f("ck_detours_in_order")),
        sa.CheckConstraint("percent BETWEEN 100 AND 1000", name=op.f("ck_detours_percent_in_range")),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["communes.code"], name=op.f("fk_detours_commune_code_communes")
        ),
        sa.ForeignKeyConstraint(
            ["to_commune_code"], ["communes.code"], name=op.f("fk_detours_to_commune_code_communes")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_detours_territory_id_territories"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("territory_id", "commune_code", "to_commune_code", name=op.f("pk_detours")),
    )
    with op.batch_alter_table("territories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("travel_percent", sa.Integer(), server_default="100", nullable=False))
        batch_op.create_check_constraint(
            batch_op.f("ck_territories_travel_percent_in_range"), "travel_percent BETWEEN 100 AND 1000"
        )
