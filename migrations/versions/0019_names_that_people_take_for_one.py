"""Names that people take for one are one name, of groups and of relays"""

import sqlalchemy as sa
from alembic import op

from matchmaker.base.text import name_key

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LENGTH = 80


def upgrade() -> None:
    for name in ("startup_groups", "relays"):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column("name_key", sa.String(length=64), nullable=True))
        _fill(name)
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.create_unique_constraint(
                batch_op.f(f"uq_{name}_territory_id_name_key"), ["territory_id", "name_key"]
            )


def _fill(name: str) -> None:
    """Give each its key. The first of several that share one keeps its name, the others get a number beside theirs."""
    connection = op.get_bind()
    table = sa.table(name, *map(sa.column, ("id", "territory_id", "name", "name_key")))
    rows = connection.execute(
        sa.select(table.c.id, table.c.territory_id, table.c.name).order_by(table.c.id)
    ).all()
    taken = {(territory_id, name_key(written)) for _, territory_id, written in rows}
    kept: set[tuple[int, str]] = set()
    for number, territory_id, written in rows:
        told, times = written, 1
        key = (territory_id, name_key(told))
        while key in kept or (times > 1 and key in taken):
            times += 1
            ending = f" ({times})"
            told = written[: LENGTH - len(ending)] + ending
            key = (territory_id, name_key(told))
        kept.add(key)
        change = sa.update(table).where(table.c.id == number)
        connection.execute(change.values(name=told, name_key=key[1]))
