"""First schema"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=60), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("locale IN ('fr', 'en')", name=op.f("ck_accounts_known_locale")),
        sa.CheckConstraint("address = lower(address)", name=op.f("ck_accounts_address_is_canonical")),
        sa.CheckConstraint("length(first_name) BETWEEN 1 AND 60", name=op.f("ck_accounts_first_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("address", name=op.f("uq_accounts_address")),
    )
    op.create_table(
        "communes",
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.Column("department", sa.String(length=3), nullable=False),
        sa.Column("region", sa.String(length=3), nullable=False),
        sa.Column("epci", sa.String(length=9), nullable=True),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("approximate", sa.Boolean(), nullable=False),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_communes_latitude_in_range")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_communes_longitude_in_range")),
        sa.CheckConstraint("population >= 0", name=op.f("ck_communes_population_not_negative")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_communes")),
    )
    with op.batch_alter_table("communes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_communes_department"), ["department"], unique=False)
        batch_op.create_index(batch_op.f("ix_communes_epci"), ["epci"], unique=False)
        batch_op.create_index(batch_op.f("ix_communes_folded"), ["folded"], unique=False)

    op.create_table(
        "false_friends",
        sa.Column("word_a", sa.String(length=80), nullable=False),
        sa.Column("word_b", sa.String(length=80), nullable=False),
        sa.CheckConstraint("word_a < word_b", name=op.f("ck_false_friends_in_order")),
        sa.PrimaryKeyConstraint("word_a", "word_b", name=op.f("pk_false_friends")),
    )
    op.create_table(
        "mailed_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "sign_in",
                "open_account",
                name="linkpurpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=60), nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("next_path", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose <> 'open_account' OR first_name IS NOT NULL",
            name=op.f("ck_mailed_links_new_account_has_a_name"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_links")),
    )
    with op.batch_alter_table("mailed_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailed_links_address"), ["address"], unique=False)

    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("recipient_name", sa.String(length=80), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("unsubscribe_url", sa.String(length=500), nullable=True),
        sa.Column("list_id", sa.String(length=200), nullable=True),
        sa.Column("message_key", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "claimed",
                "sending",
                "sent",
                "failed",
                "unknown",
                "skipped",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('claimed', 'sending') OR (lease_token IS NOT NULL AND lease_until IS NOT NULL)",
            name=op.f("ck_outbox_messages_work_has_lease"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_messages_attempts_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
        sa.UniqueConstraint("message_key", name=op.f("uq_outbox_messages_message_key")),
    )
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_messages_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "rate_buckets",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("tokens >= 0", name=op.f("ck_rate_buckets_tokens_not_negative")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_buckets")),
    )
    op.create_table(
        "resolved_phrases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phrase", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("vocabulary_version", sa.String(length=64), nullable=False),
        sa.Column("resolutions", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolved_phrases")),
        sa.UniqueConstraint(
            "phrase",
            "language",
            "vocabulary_version",
            name=op.f("uq_resolved_phrases_phrase_language_vocabulary_version"),
        ),
    )
    op.create_table(
        "skill_families",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("label_fr", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
        sa.Column("emoji", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_families")),
    )
    op.create_table(
        "territories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("summary_fr", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("digest_weekday", sa.Integer(), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("locale IN ('fr', 'en')", name=op.f("ck_territories_known_locale")),
        sa.CheckConstraint("digest_hour BETWEEN 0 AND 23", name=op.f("ck_territories_digest_hour_in_day")),
        sa.CheckConstraint(
            "digest_weekday BETWEEN 1 AND 7", name=op.f("ck_territories_digest_weekday_is_iso")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territories")),
        sa.UniqueConstraint("slug", name=op.f("uq_territories_slug")),
    )
    op.create_table(
        "vocabulary_sources",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column("attribution", sa.Text(), nullable=False),
        sa.Column("concepts", sa.Integer(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_vocabulary_sources")),
    )
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_account_sessions_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_sessions")),
    )
    with op.batch_alter_table("account_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_sessions_account_id"), ["account_id"], unique=False)

    op.create_table(
        "challenges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title_fr", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("description_fr", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_challenges_territory_id_territories"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
        sa.UniqueConstraint("territory_id", "slug", name=op.f("uq_challenges_territory_id_slug")),
    )
    op.create_table(
        "citizens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("hours_a_week", sa.Integer(), nullable=True),
        sa.Column("radius_km", sa.Integer(), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hours_a_week BETWEEN 1 AND 60", name=op.f("ck_citizens_hours_a_week_in_range")),
        sa.CheckConstraint("radius_km BETWEEN 1 AND 500", name=op.f("ck_citizens_radius_km_in_range")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_citizens_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["communes.code"], name=op.f("fk_citizens_commune_code_communes")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_citizens_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizens")),
        sa.UniqueConstraint("account_id", "territory_id", name=op.f("uq_citizens_account_id_territory_id")),
    )
    with op.batch_alter_table("citizens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_citizens_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "concepts",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("family", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["family"], ["skill_families.id"], name=op.f("fk_concepts_family_skill_families")
        ),
        sa.ForeignKeyConstraint(
            ["source"], ["vocabulary_sources.name"], name=op.f("fk_concepts_source_vocabulary_sources")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concepts")),
    )
    with op.batch_alter_table("concepts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concepts_source"), ["source"], unique=False)

    op.create_table(
        "digest_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("iso_week", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "composed", "expired", name="runstate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("without_lines", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "eligible >= without_lines AND without_lines >= 0", name=op.f("ck_digest_runs_counts_agree")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"],
            ["accounts.id"],
            name=op.f("fk_digest_runs_started_by_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_digest_runs_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_runs")),
        sa.UniqueConstraint("territory_id", "iso_week", name="uq_digest_runs_one_a_week"),
    )
    op.create_table(
        "organisers",
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_organisers_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_organisers_territory_id_territories"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("territory_id", "account_id", name=op.f("pk_organisers")),
    )
    with op.batch_alter_table("organisers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisers_account_id"), ["account_id"], unique=False)

    op.create_table(
        "postal_codes",
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"],
            ["communes.code"],
            name=op.f("fk_postal_codes_commune_code_communes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("commune_code", "code", name=op.f("pk_postal_codes")),
    )
    with op.batch_alter_table("postal_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_postal_codes_code"), ["code"], unique=False)

    op.create_table(
        "territory_communes",
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["communes.code"], name=op.f("fk_territory_communes_commune_code_communes")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_territory_communes_territory_id_territories"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("territory_id", "commune_code", name=op.f("pk_territory_communes")),
    )
    with op.batch_alter_table("territory_communes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_territory_communes_commune_code"), ["commune_code"], unique=False
        )

    op.create_table(
        "citizen_challenges",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["challenges.id"],
            name=op.f("fk_citizen_challenges_challenge_id_challenges"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_citizen_challenges_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("citizen_id", "challenge_id", name=op.f("pk_citizen_challenges")),
    )
    with op.batch_alter_table("citizen_challenges", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_citizen_challenges_challenge_id"), ["challenge_id"], unique=False
        )

    op.create_table(
        "citizen_skills",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("phrase", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("concept_id", sa.String(length=80), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "NOT confirmed OR concept_id IS NOT NULL", name=op.f("ck_citizen_skills_confirmed_has_concept")
        ),
        sa.CheckConstraint("length(phrase) BETWEEN 1 AND 64", name=op.f("ck_citizen_skills_phrase_length")),
        sa.CheckConstraint("position BETWEEN 0 AND 29", name=op.f("ck_citizen_skills_at_most_30")),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_citizen_skills_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["concept_id"], ["concepts.id"], name=op.f("fk_citizen_skills_concept_id_concepts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_skills")),
        sa.UniqueConstraint("citizen_id", "position", name=op.f("uq_citizen_skills_citizen_id_position")),
    )
    op.create_table(
        "concept_labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concept_id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "preferred", "word", name="labelkind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["concept_id"],
            ["concepts.id"],
            name=op.f("fk_concept_labels_concept_id_concepts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concept_labels")),
    )
    with op.batch_alter_table("concept_labels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concept_labels_concept_id"), ["concept_id"], unique=False)

    op.create_table(
        "concept_relations",
        sa.Column("source_id", sa.String(length=80), nullable=False),
        sa.Column("target_id", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "broader",
                "related",
                "essential",
                "optional",
                name="relationkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_concept_relations_not_to_itself")),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["concepts.id"],
            name=op.f("fk_concept_relations_source_id_concepts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_id"],
            ["concepts.id"],
            name=op.f("fk_concept_relations_target_id_concepts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", "target_id", "kind", name=op.f("pk_concept_relations")),
    )
    with op.batch_alter_table("concept_relations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concept_relations_target_id"), ["target_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "weekly_letter", name="consentpurpose", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "web", "demo", name="consentchannel", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("shown_text", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= given_at", name=op.f("ck_consents_withdrawn_after_given")
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_consents_citizen_id_citizens"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(
            "uq_consents_in_force",
            ["citizen_id", "purpose"],
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL"),
            sqlite_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "digest_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("recipient_key", sa.String(length=64), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_digest_letters_citizen_id_citizens"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outbox_messages.id"], name=op.f("fk_digest_letters_message_id_outbox_messages")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["digest_runs.id"], name=op.f("fk_digest_letters_run_id_digest_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_letters")),
        sa.UniqueConstraint("message_id", name=op.f("uq_digest_letters_message_id")),
        sa.UniqueConstraint("run_id", "recipient_key", name="uq_digest_letters_one_a_person"),
    )
    with op.batch_alter_table("digest_letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_letters_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "sign_ups",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("challenge_ids", sa.JSON(), nullable=False),
        sa.Column("hours_a_week", sa.Integer(), nullable=True),
        sa.Column("radius_km", sa.Integer(), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("first_name", sa.String(length=60), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=True),
        sa.Column("consent_text", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "mailed_at IS NULL OR (address IS NOT NULL AND first_name IS NOT NULL AND locale IS NOT NULL)",
            name=op.f("ck_sign_ups_mailed_is_complete"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["communes.code"], name=op.f("fk_sign_ups_commune_code_communes")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id", "commune_code"],
            ["territory_communes.territory_id", "territory_communes.commune_code"],
            name="fk_sign_ups_commune_of_territory",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_sign_ups_territory_id_territories"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ups")),
    )
    op.create_table(
        "startup_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("pitch", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "idea",
                "study",
                "creation",
                "running",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name=op.f("ck_startup_groups_name_length")),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenges.id"], name=op.f("fk_startup_groups_challenge_id_challenges")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_startup_groups_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_startup_groups")),
        sa.UniqueConstraint("territory_id", "name", name=op.f("uq_startup_groups_territory_id_name")),
    )
    with op.batch_alter_table("startup_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_startup_groups_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_startup_groups_territory_id"), ["territory_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column(
            "role",
            sa.Enum("lead", "member", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["startup_groups.id"],
            name=op.f("fk_invitations_group_id_startup_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"],
            ["accounts.id"],
            name=op.f("fk_invitations_invited_by_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(
            "uq_invitations_waiting",
            ["group_id", "address"],
            unique=True,
            postgresql_where=sa.text("accepted_at IS NULL"),
            sqlite_where=sa.text("accepted_at IS NULL"),
        )

    op.create_table(
        "memberships",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("lead", "member", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_memberships_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["startup_groups.id"],
            name=op.f("fk_memberships_group_id_startup_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "account_id", name=op.f("pk_memberships")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_account_id"), ["account_id"], unique=False)

    op.create_table(
        "needs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "skill",
                "premises",
                "equipment",
                "funding",
                "research",
                "contact",
                "lead",
                name="needkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "filled",
                "closed",
                "expired",
                name="needstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("places_taken", sa.Integer(), nullable=False),
        sa.Column("hours_a_week", sa.Integer(), nullable=True),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'open' OR places_taken < places", name=op.f("ck_needs_open_has_a_place")
        ),
        sa.CheckConstraint("hours_a_week BETWEEN 1 AND 60", name=op.f("ck_needs_hours_a_week_in_range")),
        sa.CheckConstraint("length(description) <= 5000", name=op.f("ck_needs_description_length")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 100", name=op.f("ck_needs_title_length")),
        sa.CheckConstraint("places BETWEEN 1 AND 500", name=op.f("ck_needs_places_in_range")),
        sa.CheckConstraint("places_taken BETWEEN 0 AND places", name=op.f("ck_needs_places_taken_in_range")),
        sa.CheckConstraint("remote OR commune_code IS NOT NULL", name=op.f("ck_needs_somewhere_or_remote")),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["communes.code"], name=op.f("fk_needs_commune_code_communes")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["startup_groups.id"],
            name=op.f("fk_needs_group_id_startup_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_needs_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
    )
    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_needs_group_id"), ["group_id"], unique=False)
        batch_op.create_index("ix_needs_territory_id_state", ["territory_id", "state"], unique=False)

    op.create_table(
        "digest_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("recipient_key", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("match", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["digest_letters.id"], name=op.f("fk_digest_lines_letter_id_digest_letters")
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_digest_lines_need_id_needs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_lines")),
        sa.UniqueConstraint("letter_id", "position", name=op.f("uq_digest_lines_letter_id_position")),
        sa.UniqueConstraint("recipient_key", "need_id", name="uq_digest_lines_told_once"),
    )
    with op.batch_alter_table("digest_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_lines_need_id"), ["need_id"], unique=False)

    op.create_table(
        "wanted_skills",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("phrase", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column(
            "importance",
            sa.Enum("must", "nice", name="importance", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("concept_id", sa.String(length=80), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "NOT confirmed OR concept_id IS NOT NULL", name=op.f("ck_wanted_skills_confirmed_has_concept")
        ),
        sa.CheckConstraint("length(phrase) BETWEEN 1 AND 64", name=op.f("ck_wanted_skills_phrase_length")),
        sa.CheckConstraint("position BETWEEN 0 AND 29", name=op.f("ck_wanted_skills_at_most_30")),
        sa.ForeignKeyConstraint(
            ["concept_id"], ["concepts.id"], name=op.f("fk_wanted_skills_concept_id_concepts")
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_wanted_skills_need_id_needs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wanted_skills")),
        sa.UniqueConstraint("need_id", "position", name=op.f("uq_wanted_skills_need_id_position")),
    )
