"""How well people do things"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

LEVEL = sa.Enum(
    "beginner", "at_ease", "trade", name="level", native_enum=False, length=32, create_constraint=False
)


def upgrade() -> None:
    for table in ("citizen_skills", "wanted_skills"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("level", LEVEL, nullable=True))
            batch.create_check_constraint(
                batch.f(f"ck_{table}_level"), "level IN ('beginner', 'at_ease', 'trade')"
            )
    with op.batch_alter_table("sign_ups") as batch:
        batch.add_column(sa.Column("levels", sa.JSON(none_as_null=True), nullable=True))
