"""The language of a consent"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sign_ups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consent_locale", sa.String(length=8), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_sign_ups_language_of_a_consent"),
            "consent_locale IS NULL OR consent_text IS NOT NULL",
        )
