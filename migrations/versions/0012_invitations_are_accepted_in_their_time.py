"""Invitations are accepted in their time"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No row is refused: 0.1.0 asks the same before it writes the moment.
    for table in ("invitations", "relay_invitations"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_check_constraint(
                batch_op.f(f"ck_{table}_accepted_in_time"), "accepted_at BETWEEN created_at AND expires_at"
            )
