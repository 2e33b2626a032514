"""People without e-mail, and their relays"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "relays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "town_hall",
                "library",
                "france_services",
                "association",
                "other",
                name="relaykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_relays_name_length")),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["communes.code"], name=op.f("fk_relays_commune_code_communes")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id", "commune_code"],
            ["territory_communes.territory_id", "territory_communes.commune_code"],
            name="fk_relays_commune_of_territory",
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_relays_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relays")),
        sa.UniqueConstraint("id", "territory_id", name=op.f("uq_relays_id_territory_id")),
        sa.UniqueConstraint("territory_id", "name", name=op.f("uq_relays_territory_id_name")),
    )
    op.create_table(
        "relay_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("relay_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invited_by_id"],
            ["accounts.id"],
            name=op.f("fk_relay_invitations_invited_by_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["relay_id"], ["relays.id"], name=op.f("fk_relay_invitations_relay_id_relays"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_invitations")),
    )
    with op.batch_alter_table("relay_invitations", schema=None) as batch_op:
        batch_op.create_index(
            "uq_relay_invitations_waiting",
            ["relay_id", "address"],
            unique=True,
            postgresql_where=sa.text("accepted_at IS NULL"),
            sqlite_where=sa.text("accepted_at IS NULL"),
        )

    op.create_table(
        "relay_members",
        sa.Column("relay_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_relay_members_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["relay_id"], ["relays.id"], name=op.f("fk_relay_members_relay_id_relays"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("relay_id", "account_id", name=op.f("pk_relay_members")),
    )
    with op.batch_alter_table("relay_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relay_members_account_id"), ["account_id"], unique=False)

    op.create_table(
        "citizen_telephones",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.CheckConstraint("number LIKE '+%'", name=op.f("ck_citizen_telephones_number_is_canonical")),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_citizen_telephones_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_citizen_telephones")),
    )
    op.create_table(
        "relay_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("relay_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column(
            "deed",
            sa.Enum(
                "signed_up",
                "corrected",
                "letter_asked",
                "letter_stopped",
                "address_given",
                "deleted",
                name="relaydeed",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_relay_acts_account_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_relay_acts_citizen_id_citizens"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["relay_id"], ["relays.id"], name=op.f("fk_relay_acts_relay_id_relays")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_acts")),
    )
    with op.batch_alter_table("relay_acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relay_acts_citizen_id"), ["citizen_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_relay_acts_relay_id"), ["relay_id"], unique=False)

    with op.batch_alter_table("citizens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("relay_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("own_first_name", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("own_locale", sa.String(length=8), nullable=True))
        batch_op.alter_column("account_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f("ix_citizens_relay_id"), ["relay_id"], unique=False)
        batch_op.create_foreign_key(
            "fk_citizens_relay_of_territory", "relays", ["relay_id", "territory_id"], ["id", "territory_id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_citizens_account_or_relay"), "(account_id IS NULL) = (relay_id IS NOT NULL)"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_citizens_own_name_without_account"),
            "(account_id IS NULL) = (own_first_name IS NOT NULL)",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_citizens_own_language_without_account"),
            "(account_id IS NULL) = (own_locale IS NOT NULL)",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_citizens_own_first_name_length"), "length(own_first_name) BETWEEN 1 AND 60"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_citizens_known_own_locale"), "own_locale IN ('fr', 'en')"
        )

    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("relay_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("recorded_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_consents_relay_id_relays"), "relays", ["relay_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_consents_recorded_by_id_accounts"),
            "accounts",
            ["recorded_by_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.drop_constraint(batch_op.f("ck_consents_consentpurpose"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_consents_consentpurpose"), "purpose IN ('weekly_letter', 'relay_profile')"
        )
        batch_op.drop_constraint(batch_op.f("ck_consents_consentchannel"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_consents_consentchannel"),
            "channel IN ('web', 'demo', 'in_person', 'paper', 'telephone')",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_consents_relay_on_record"),
            "(relay_id IS NOT NULL) = (channel IN ('in_person', 'paper', 'telephone'))",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_consents_relay_keeps_profile"),
            "purpose <> 'relay_profile' OR relay_id IS NOT NULL",
        )

    with op.batch_alter_table("sign_ups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("relay_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("citizen_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_sign_ups_citizen_id"), ["citizen_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_ups_citizen_id_citizens"),
            "citizens",
            ["citizen_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_ups_relay_id_relays"), "relays", ["relay_id"], ["id"], ondelete="CASCADE"
        )
