"""acts on record"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# An act is never changed; who acted alone may be forgotten.
NEVER_CHANGED = {
    "sqlite": (
        """
        CREATE TRIGGER acts_never_change BEFORE UPDATE ON acts
        WHEN NEW.by_id IS NOT NULL
            OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.action <> OLD.action
            OR NEW.territory_id IS NOT OLD.territory_id
            OR NEW.subject_kind <> OLD.subject_kind OR NEW.subject_id IS NOT OLD.subject_id
            OR NEW.detail IS NOT OLD.detail
        BEGIN SELECT RAISE(ABORT, 'acts_never_change'); END
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION acts_never_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'acts_never_change'; END $$
        """,
        """
        CREATE TRIGGER acts_never_change BEFORE UPDATE ON acts FOR EACH ROW
        WHEN (NEW.by_id IS NOT NULL
            OR (NEW.id, NEW.at, NEW.action, NEW.territory_id, NEW.subject_kind, NEW.subject_id, NEW.detail::text)
            IS DISTINCT FROM
            (OLD.id, OLD.at, OLD.action, OLD.territory_id, OLD.subject_kind, OLD.subject_id, OLD.detail::text))
        EXECUTE FUNCTION acts_never_change()
        """,
    ),
}


def upgrade() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("action LIKE '_%._%'", name=op.f("ck_acts_action_is_a_verb")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_acts_by_id_accounts"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
    )
    with op.batch_alter_table("acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acts_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_acts_by_id"), ["by_id"], unique=False)
        batch_op.create_index("ix_acts_territory_id_at", ["territory_id", "at"], unique=False)
    for statement in NEVER_CHANGED[op.get_bind().dialect.name]:
        op.execute(statement)
