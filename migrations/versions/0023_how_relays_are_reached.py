"""How people reach a relay"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

LENGTHS = {"telephone": 40, "postal_address": 160, "opening_hours": 160}


def upgrade() -> None:
    with op.batch_alter_table("relays", schema=None) as batch_op:
        for name, length in LENGTHS.items():
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=True))
        for name, length in LENGTHS.items():
            batch_op.create_check_constraint(
                batch_op.f(f"ck_relays_{name}_length"), f"length({name}) BETWEEN 1 AND {length}"
            )
