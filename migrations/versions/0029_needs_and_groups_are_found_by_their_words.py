"""Needs and groups are found by their words, and needs by the concepts that they ask for"""

import sqlalchemy as sa
from alembic import op

from matchmaker.base import search

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

SEARCHED = {
    "startup_groups": ("name", "pitch", "description"),
    "needs": ("title", "description"),
    "wanted_skills": ("phrase",),
}


def upgrade() -> None:
    op.create_index("ix_wanted_skills_concept_id", "wanted_skills", ["concept_id"])
    for name, columns in SEARCHED.items():
        searched = sa.Table(name, sa.MetaData(), sa.Column("id", sa.Integer), info={search.SEARCHED: columns})
        search.create(op.get_bind(), searched)
