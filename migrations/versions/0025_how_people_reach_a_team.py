"""How people reach the team of a territory"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("territories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contact", sa.String(length=160), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_territories_contact_length"), "length(contact) BETWEEN 1 AND 160"
        )
