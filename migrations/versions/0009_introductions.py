"""introductions"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_days",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_notice_days_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_notice_days")),
    )
    op.create_table(
        "notice_refusals",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_notice_refusals_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notice_refusals")),
    )
    op.create_table(
        "absence_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(account_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_absence_periods_person_or_group")
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_absence_periods_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_absence_periods_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["startup_groups.id"],
            name=op.f("fk_absence_periods_group_id_startup_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_periods")),
    )
    with op.batch_alter_table("absence_periods", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_periods_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_absence_periods_group_id"), ["group_id"], unique=False)

    op.create_table(
        "dismissals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "too_far",
                "not_my_skill",
                "not_now",
                "other",
                name="dismissreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("radius_before", sa.Integer(), nullable=True),
        sa.Column("radius_km", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(reason = 'not_now') = (until IS NOT NULL)", name=op.f("ck_dismissals_not_now_ends")
        ),
        sa.CheckConstraint(
            "radius_before IS NULL AND radius_km IS NULL OR reason = 'too_far'",
            name=op.f("ck_dismissals_too_far_sets_a_radius"),
        ),
        sa.CheckConstraint(
            "radius_before IS NULL OR radius_km IS NOT NULL AND radius_km < radius_before",
            name=op.f("ck_dismissals_radius_gets_smaller"),
        ),
        sa.CheckConstraint("radius_km BETWEEN 1 AND 500", name=op.f("ck_dismissals_radius_km_in_range")),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_dismissals_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_dismissals_need_id_needs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dismissals")),
        sa.UniqueConstraint("need_id", "citizen_id", name="uq_dismissals_one_each"),
    )
    with op.batch_alter_table("dismissals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dismissals_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "hidden_from_groups",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_hidden_from_groups_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["startup_groups.id"],
            name=op.f("fk_hidden_from_groups_group_id_startup_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("citizen_id", "group_id", name=op.f("pk_hidden_from_groups")),
    )
    with op.batch_alter_table("hidden_from_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hidden_from_groups_group_id"), ["group_id"], unique=False)

    op.create_table(
        "introductions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column(
            "begun_by",
            sa.Enum(
                "citizen",
                "group",
                "organiser",
                "clock",
                name="party",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "suggested",
                "offered",
                "proposed",
                "accepted",
                "met",
                "helped",
                "not_helped",
                "unreached",
                "declined",
                "withdrawn",
                "retracted",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "not_available",
                "too_far",
                "not_my_skill",
                "filled",
                "other",
                name="declinereason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "closed_because",
            sa.Enum(
                "no_answer",
                "need_filled",
                "need_closed",
                "gone",
                name="closedbecause",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "citizen_outcome",
            sa.Enum(
                "helped",
                "not_helped",
                "unreached",
                name="citizen_outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "group_outcome",
            sa.Enum(
                "helped",
                "not_helped",
                "unreached",
                name="group_outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("holds_place", sa.Boolean(), nullable=False),
        sa.Column("asked_month", sa.String(length=7), nullable=True),
        sa.Column("asked_place", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("match", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "(asked_month IS NULL) = (begun_by = 'citizen')", name=op.f("ck_introductions_asked_by_others")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_because IS NOT NULL)",
            name=op.f("ck_introductions_closed_with_a_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (reason IS NOT NULL)",
            name=op.f("ck_introductions_declined_with_a_reason"),
        ),
        sa.CheckConstraint("begun_by <> 'clock'", name=op.f("ck_introductions_begun_by_somebody")),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'met') OR holds_place",
            name=op.f("ck_introductions_agreed_has_a_place"),
        ),
        sa.CheckConstraint(
            "(asked_month IS NULL) = (asked_place IS NULL)", name=op.f("ck_introductions_asked_is_whole")
        ),
        sa.CheckConstraint("asked_place IN (1, 2)", name=op.f("ck_introductions_asked_twice_a_month")),
        sa.CheckConstraint("since >= begun_at", name=op.f("ck_introductions_since_it_began")),
        sa.CheckConstraint("step BETWEEN 0 AND 4", name=op.f("ck_introductions_step_in_range")),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_introductions_citizen_id_citizens"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["startup_groups.id"],
            name=op.f("fk_introductions_group_id_startup_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_introductions_need_id_needs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_introductions_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introductions")),
        sa.UniqueConstraint(
            "citizen_id", "asked_month", "asked_place", name="uq_introductions_asked_twice_a_month"
        ),
        sa.UniqueConstraint("need_id", "citizen_id", name="uq_introductions_once"),
    )
    with op.batch_alter_table("introductions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_introductions_citizen_id"), ["citizen_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_introductions_group_id"), ["group_id"], unique=False)
        batch_op.create_index("ix_introductions_state_since", ["state", "since"], unique=False)
        batch_op.create_index("ix_introductions_territory_id_state", ["territory_id", "state"], unique=False)

    op.create_table(
        "need_followers",
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_need_followers_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_need_followers_need_id_needs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("need_id", "account_id", name=op.f("pk_need_followers")),
    )
    with op.batch_alter_table("need_followers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_followers_account_id"), ["account_id"], unique=False)

    op.create_table(
        "profile_showings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column(
            "place",
            sa.Enum(
                "page", "letter", name="shownwhere", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("to_organiser", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("match", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_profile_showings_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_profile_showings_need_id_needs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_showings")),
        sa.UniqueConstraint(
            "citizen_id", "need_id", "place", "to_organiser", "day", name="uq_profile_showings_once_a_day"
        ),
    )
    with op.batch_alter_table("profile_showings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_showings_need_id"), ["need_id"], unique=False)

    op.create_table(
        "introduction_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "accept",
                "decline",
                "withdraw",
                "meet",
                "help",
                "no_help",
                "not_reached",
                "offer_again",
                "close",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "suggested",
                "offered",
                "proposed",
                "accepted",
                "met",
                "helped",
                "not_helped",
                "unreached",
                "declined",
                "withdrawn",
                "retracted",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "by",
            sa.Enum(
                "citizen",
                "group",
                "organiser",
                "clock",
                name="party",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("relay_id", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "code", "call", name="answerchannel", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "relay_id IS NULL OR by = 'citizen'",
            name=op.f("ck_introduction_events_relay_speaks_for_citizens"),
        ),
        sa.CheckConstraint(
            "(relay_id IS NULL) = (channel IS NULL)", name=op.f("ck_introduction_events_relay_has_a_channel")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_introduction_events_account_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["introduction_id"],
            ["introductions.id"],
            name=op.f("fk_introduction_events_introduction_id_introductions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["relay_id"], ["relays.id"], name=op.f("fk_introduction_events_relay_id_relays")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_events")),
    )
    with op.batch_alter_table("introduction_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_introduction_events_introduction_id"), ["introduction_id"], unique=False
        )

    op.create_table(
        "introduction_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column(
            "party",
            sa.Enum(
                "citizen",
                "group",
                "organiser",
                "clock",
                name="party",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("thanks", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("party IN ('citizen', 'group')", name=op.f("ck_introduction_messages_of_a_side")),
        sa.CheckConstraint(
            "length(body) BETWEEN 1 AND 4000", name=op.f("ck_introduction_messages_body_length")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["accounts.id"],
            name=op.f("fk_introduction_messages_author_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["introduction_id"],
            ["introductions.id"],
            name=op.f("fk_introduction_messages_introduction_id_introductions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_messages")),
    )
    with op.batch_alter_table("introduction_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_introduction_messages_author_id"), ["author_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_introduction_messages_introduction_id"), ["introduction_id"], unique=False
        )
        batch_op.create_index(
            "uq_introduction_messages_thanked_once",
            ["introduction_id", "party"],
            unique=True,
            postgresql_where=sa.text("thanks"),
            sqlite_where=sa.text("thanks"),
        )

    op.create_table(
        "lowered_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dismissal_id", sa.Integer(), nullable=False),
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("own", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.String(length=100), nullable=False),
        sa.Column("own_text", sa.String(length=64), nullable=False),
        sa.Column("wanted_text", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_lowered_pairs_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["dismissal_id"],
            ["dismissals.id"],
            name=op.f("fk_lowered_pairs_dismissal_id_dismissals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lowered_pairs")),
        sa.UniqueConstraint("dismissal_id", "own", "wanted", name="uq_lowered_pairs_once"),
    )
    with op.batch_alter_table("lowered_pairs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lowered_pairs_citizen_id"), ["citizen_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "asked",
                "reminder",
                "agreed",
                "ended",
                "message",
                "reopened",
                name="noticekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("introduction_id", sa.Integer(), nullable=True),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'reopened') = (need_id IS NOT NULL)", name=op.f("ck_notices_reopened_is_a_need")
        ),
        sa.CheckConstraint(
            "(introduction_id IS NULL) = (need_id IS NOT NULL)", name=op.f("ck_notices_about_one_thing")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_notices_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["introduction_id"],
            ["introductions.id"],
            name=op.f("fk_notices_introduction_id_introductions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["needs.id"], name=op.f("fk_notices_need_id_needs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_introduction_id"), ["introduction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_need_id"), ["need_id"], unique=False)
        batch_op.create_index(
            "ix_notices_waiting",
            ["account_id", "happened_at"],
            unique=False,
            postgresql_where=sa.text("told_at IS NULL"),
            sqlite_where=sa.text("told_at IS NULL"),
        )
        batch_op.create_index(
            "uq_notices_waiting_once",
            ["account_id", "introduction_id", "kind"],
            unique=True,
            postgresql_where=sa.text("told_at IS NULL"),
            sqlite_where=sa.text("told_at IS NULL"),
        )

    op.create_table(
        "shared_contacts",
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column(
            "party",
            sa.Enum(
                "citizen",
                "group",
                "organiser",
                "clock",
                name="party",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("citizen_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("telephone", sa.String(length=16), nullable=True),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "party = 'citizen' AND citizen_id IS NOT NULL OR party = 'group' AND citizen_id IS NULL AND account_id IS NOT NULL",
            name=op.f("ck_shared_contacts_whose_it_is"),
        ),
        sa.CheckConstraint("telephone LIKE '+%'", name=op.f("ck_shared_contacts_telephone_is_canonical")),
        sa.CheckConstraint(
            "address IS NOT NULL OR telephone IS NOT NULL", name=op.f("ck_shared_contacts_something_shared")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_shared_contacts_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["citizen_id"],
            ["citizens.id"],
            name=op.f("fk_shared_contacts_citizen_id_citizens"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["introduction_id"],
            ["introductions.id"],
            name=op.f("fk_shared_contacts_introduction_id_introductions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("introduction_id", "party", name=op.f("pk_shared_contacts")),
    )
    with op.batch_alter_table("shared_contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shared_contacts_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shared_contacts_citizen_id"), ["citizen_id"], unique=False)

    with op.batch_alter_table("digest_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("turn", sa.String(length=20), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_digest_lines_linekind"), type_="check")
    # Who said yes to a group is told as an introduction that waits for it.
    op.execute("UPDATE digest_lines SET kind = 'waiting', turn = 'yes' WHERE kind = 'yes'")
    with op.batch_alter_table("digest_lines", schema=None) as batch_op:
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_lines_linekind"), "kind IN ('need', 'waiting', 'helper', 'news')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_digest_lines_waiting_has_a_turn"), "(kind = 'waiting') = (turn IS NOT NULL)"
        )

    # What people on paper said yes to becomes an offer to the group, from which the clock counts.
    op.execute(
        """
        INSERT INTO introductions
            (need_id, citizen_id, group_id, territory_id, begun_by, begun_at, state, since, step, holds_place, score)
        SELECT a.need_id, a.citizen_id, n.group_id, n.territory_id, 'citizen', a.given_at, 'offered',
            COALESCE(a.corrected_at, a.given_at), 0, false, 0
        FROM need_answers a JOIN needs n ON n.id = a.need_id
        WHERE a.answer = 'yes' AND n.state = 'open'
        """
    )
    op.execute(
        """
        INSERT INTO introduction_events
            (introduction_id, state, "by", account_id, relay_id, channel, happened_at)
        SELECT i.id, i.state, 'citizen', a.recorded_by_id, a.relay_id, a.channel, i.begun_at
        FROM introductions i
        JOIN need_answers a ON a.need_id = i.need_id AND a.citizen_id = i.citizen_id
        """
    )
