"""Links that give an account another address"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mailed_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_mailed_links_account_id"), ["account_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_mailed_links_account_id_accounts"),
            "accounts",
            ["account_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.drop_constraint(batch_op.f("ck_mailed_links_linkpurpose"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_mailed_links_linkpurpose"),
            "purpose IN ('sign_in', 'open_account', 'change_address')",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_mailed_links_new_address_of_an_account"),
            "(purpose = 'change_address') = (account_id IS NOT NULL)",
        )
