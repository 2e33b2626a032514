"""Belonging is held by the database"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Parents come before their children, whose keys name both columns.
    with op.batch_alter_table("challenges", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_challenges_id_territory_id"), ["id", "territory_id"])

    with op.batch_alter_table("dismissals", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_dismissals_id_citizen_id"), ["id", "citizen_id"])

    with op.batch_alter_table("startup_groups", schema=None) as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f("uq_startup_groups_id_territory_id"), ["id", "territory_id"]
        )
        batch_op.drop_constraint(batch_op.f("fk_startup_groups_challenge_id_challenges"), type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_startup_groups_challenge_of_territory",
            "challenges",
            ["challenge_id", "territory_id"],
            ["id", "territory_id"],
        )

    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_needs_id_territory_id"), ["id", "territory_id"])
        batch_op.create_unique_constraint(
            batch_op.f("uq_needs_id_group_id_territory_id"), ["id", "group_id", "territory_id"]
        )
        batch_op.drop_constraint(batch_op.f("fk_needs_group_id_startup_groups"), type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_needs_group_of_territory",
            "startup_groups",
            ["group_id", "territory_id"],
            ["id", "territory_id"],
            ondelete="CASCADE",
        )

    with op.batch_alter_table("introductions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_introductions_need_id_needs"), type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_introductions_need_of_group",
            "needs",
            ["need_id", "group_id", "territory_id"],
            ["id", "group_id", "territory_id"],
            ondelete="CASCADE",
        )

    with op.batch_alter_table("digest_edits", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_digest_edits_need_id_needs"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_digest_edits_challenge_id_challenges"), type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_digest_edits_need_of_territory",
            "needs",
            ["need_id", "territory_id"],
            ["id", "territory_id"],
            ondelete="CASCADE",
        )
        batch_op.create_foreign_key(
            "fk_digest_edits_challenge_of_territory",
            "challenges",
            ["challenge_id", "territory_id"],
            ["id", "territory_id"],
            ondelete="CASCADE",
        )

    with op.batch_alter_table("sign_ups", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sign_ups_relay_id_relays"), type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_sign_ups_relay_of_territory",
            "relays",
            ["relay_id", "territory_id"],
            ["id", "territory_id"],
            ondelete="CASCADE",
        )

    with op.batch_alter_table("lowered_pairs", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_lowered_pairs_dismissal_id_dismissals"), type_="foreignkey")
        batch_op.create_foreign_key(
            "fk_lowered_pairs_dismissal_of_citizen",
            "dismissals",
            ["dismissal_id", "citizen_id"],
            ["id", "citizen_id"],
            ondelete="CASCADE",
        )
