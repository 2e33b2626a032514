"""places taken by hand"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

HELD = "(SELECT count(*) FROM introductions WHERE introductions.need_id = needs.id AND introductions.holds_place)"

# Where a need was given fewer places than people had agreed, and opened again, more people hold a place than it has
# or says: nobody loses theirs, the need gets as many places. What nobody holds was said by the group itself.
STATEMENTS = (
    "UPDATE needs SET state = 'filled' WHERE state = 'open' AND :held >= places",
    "UPDATE needs SET places = :held WHERE :held > places",
    "UPDATE needs SET places_taken = :held WHERE :held > places_taken",
    "UPDATE needs SET places_by_hand = places_taken - :held WHERE places_taken > :held",
    "UPDATE needs SET state = 'open' WHERE state = 'filled' AND places_taken < places",
)


def upgrade() -> None:
    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("places_by_hand", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_check_constraint(
            batch_op.f("ck_needs_places_by_hand_not_negative"), "places_by_hand >= 0"
        )
    for statement in STATEMENTS:
        op.execute(statement.replace(":held", HELD))
