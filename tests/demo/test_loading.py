"""The demonstration in the database: what a visitor finds, and that loading it again changes nothing."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.assisted import queries as assisted
from matchmaker.base.db import Base
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens import queries as citizens
from matchmaker.citizens.models import Citizen, CitizenSkill, Consent
from matchmaker.citizens.rules import ConsentChannel, ConsentPurpose
from matchmaker.demo import content, introductions, service
from matchmaker.groups.models import Membership, Need, StartupGroup, WantedSkill
from matchmaker.groups.rules import NeedState, Role
from matchmaker.introductions import queries as introduction_queries
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import State
from matchmaker.matching import service as matching
from matchmaker.places import queries as places
from matchmaker.places.models import TerritoryCommune
from matchmaker.relays import queries as relays
from matchmaker.vocabulary import loading as vocabulary_loading
from matchmaker.vocabulary import service as vocabulary_service
from matchmaker.vocabulary.models import ResolvedPhrase
from matchmaker.vocabulary.rules import Resolver
from tests import builders
from tests.databases import Database
from tests.doors import make_app, works_of

# Loading takes seconds: it is done by one of the processes.
pytestmark = pytest.mark.xdist_group("demonstration")


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session on the loaded demonstration."""
    with sessions() as opened:
        yield opened


def count_rows(work: Work) -> dict[str, int]:
    """How many rows each table has."""
    return {
        name: work.session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }


def test_three_territories_hold_300_citizens_and_60_needs(session: Session) -> None:
    territories = places.territories(session)

    assert {territory.slug for territory in territories} == {"valence-romans", "lyon-metropole", "clermont"}
    assert session.scalar(select(func.count()).select_from(Citizen)) == 300
    assert session.scalar(select(func.count()).select_from(Need)) == 60
    assert session.scalar(select(func.count()).select_from(StartupGroup)) == 14


def test_one_territory_has_decided_what_some_words_mean(session: Session) -> None:
    texts = [("je peux dépanner", "fr"), ("j'ai tenu un stand quinze ans", "fr")]
    meant = {}
    for territory in places.territories(session):
        found = matching.understood(session, texts, territory_id=territory.id)
        meant[territory.slug] = [{one.concept_id for one in found[text].resolutions} for text in texts]

    assert meant == {
        "valence-romans": [set(), {"food.market-stall"}],
        "lyon-metropole": [{"repair.repair"}, set()],
        "clermont": [{"repair.repair"}, set()],
    }


def test_everybody_lives_in_their_territory(session: Session) -> None:
    inside = select(TerritoryCommune.commune_code).where(
        TerritoryCommune.territory_id == Citizen.territory_id
    )
    strangers = select(Citizen.id).where(Citizen.commune_code.not_in(inside))
    homes = Counter(session.scalars(select(Citizen.commune_code)))

    assert session.scalars(strangers).all() == []
    assert len(homes) > 40
    assert homes["69123"] > homes["69259"]  # Lyon and Vénissieux
    assert homes["63113"] > homes["63430"]  # Clermont-Ferrand and Thiers


def test_loading_again_changes_nothing(works: WorkFactory) -> None:
    with works.begin() as work:
        before = count_rows(work)
        loaded = service.load(work)
        assert loaded == service.Loaded()
        assert service.is_loaded(work)
        assert count_rows(work) == before


def test_dates_are_near_today_and_needs_are_open_for_weeks(session: Session) -> None:
    today = builders.NOW.astimezone(ZoneInfo("Europe/Paris")).date()
    for need in session.scalars(select(Need)):
        assert need.until is not None
        assert today < need.until <= today + timedelta(days=200)
        assert builders.NOW - timedelta(days=120) < need.created_at < builders.NOW
    assert all(group.created_at < builders.NOW for group in session.scalars(select(StartupGroup)))
    states = Counter(session.scalars(select(Need.state)))
    assert states[NeedState.OPEN] >= 50


def test_every_group_has_one_lead_and_some_members_are_citizens_too(session: Session) -> None:
    leads = Counter(session.scalars(select(Membership.group_id).where(Membership.role == Role.LEAD)))
    both = session.scalars(
        select(Citizen.id).join(Membership, Membership.account_id == Citizen.account_id)
    ).all()

    assert set(leads.values()) == {1}
    assert len(leads) == 14
    assert len(both) == 14


def test_consents_say_where_they_come_from_in_the_readers_language(session: Session) -> None:
    consents = session.scalars(select(Consent)).all()

    at_relay = {consent.citizen_id for consent in consents if consent.relay_id is not None}
    assert {one.channel for one in consents if one.citizen_id in at_relay} == {ConsentChannel.IN_PERSON}
    assert {one.channel for one in consents if one.citizen_id not in at_relay} == {ConsentChannel.DEMO}
    english = [one for one in consents if one.locale == "en" and one.purpose is ConsentPurpose.WEEKLY_LETTER]
    assert english
    assert all(consent.shown_text.startswith("Once a week") for consent in english)
    assert all(
        not consent.shown_text.startswith("Once a week") for consent in consents if consent.locale == "fr"
    )


def test_phrases_have_the_concepts_that_the_resolver_finds(session: Session) -> None:
    resolver = Resolver(vocabulary_loading.read_shipped_vocabulary())
    skills = session.execute(
        select(CitizenSkill.phrase, CitizenSkill.language, CitizenSkill.concept_id).order_by(CitizenSkill.id)
    ).all()
    wanted = session.execute(
        select(WantedSkill.phrase, WantedSkill.language, WantedSkill.concept_id).order_by(WantedSkill.id)
    ).all()

    for phrase, language, concept_id in [*skills[::7], *wanted]:
        found = resolver.resolve(phrase, language=language)
        assert concept_id == (found[0].concept_id if found else None), phrase
    assert sum(concept_id is None for _, _, concept_id in skills) < 0.06 * len(skills)


def test_no_page_has_to_find_the_meaning_of_a_title(session: Session) -> None:
    kept = set(session.scalars(select(ResolvedPhrase.phrase)))

    assert all(vocabulary_service.phrase_key(title) in kept for title in session.scalars(select(Need.title)))


def test_completing_once_more_finds_nothing_new(works: WorkFactory) -> None:
    with works.begin() as work:
        before = count_rows(work)
        service.complete(work)
        assert count_rows(work) == before


def test_the_four_sign_in_with_the_printed_password(works: WorkFactory) -> None:
    assert service.sign_in_addresses() == (
        "citoyenne@demo.example",
        "groupe@demo.example",
        "orga@demo.example",
        "relais@demo.example",
    )
    with works.begin() as work:
        for address in service.sign_in_addresses():
            assert accounts.sign_in_by_password(work, address=address, password=service.PASSWORD)
            assert accounts.sign_in_by_password(work, address=address, password="voir-petit") is None
        hashes = set(work.session.scalars(select(Account.password_hash)))
    assert len(hashes - {None}) == 1


def test_the_relay_has_signed_up_some_people_of_its_territory(session: Session) -> None:
    account = accounts.find_account(session, address=content.sign_ins().relay.address)
    assert account is not None
    (relay,) = relays.relays_at(session, account_id=account.id)
    people = assisted.people_of(session, relay_id=relay.id)[0].rows

    assert relay.territory.slug == content.sign_ins().relay.territory
    assert 3 <= len(people) <= 10
    for person in people:
        assert citizens.find_consent(session, citizen_id=person.id, purpose=ConsentPurpose.RELAY_PROFILE)
        (act,) = assisted.acts_for(session, relay_id=relay.id, citizen_id=person.id)
        assert act.account_id == account.id


def test_the_organiser_runs_all_three_desks(session: Session) -> None:
    account = accounts.find_account(session, address=content.sign_ins().organiser.address)
    assert account is not None
    assert len(places.organised_territories(session, account_id=account.id)) == 3


def test_the_citizen_has_convincing_matches_near_home(session: Session) -> None:
    citizen = session.scalars(
        select(Citizen).join(Account).where(Account.address == content.sign_ins().citizen.address)
    ).one()

    matches = matching.matches_for_citizen(session, citizen, now=builders.NOW)

    titles = [session.get_one(Need, int(match.need_id)).title for match in matches]
    assert citizen.territory.slug == "valence-romans"
    assert "Piquer les tiges de nos premières sandales" in titles[:2]
    assert "Tenir le comptoir un soir par semaine" in titles
    assert matches[1].total > 60
    assert len(matches) >= 4


def test_hand_written_needs_mostly_find_somebody(session: Session) -> None:
    silent = {
        need_id
        for territory in places.territories(session)
        for need_id in matching.needs_without_match(session, territory, now=builders.NOW)
    }

    assert len(silent) <= 12


def test_pages_of_a_territory_show_the_groups(app: Flask) -> None:
    page = app.test_client().get("/t/valence-romans").text

    assert "Ma bouteille" in page
    assert "Développer la production locale" in page


def test_loading_without_preparation_gives_the_same(
    database: Database, sessions: sessionmaker[Session]
) -> None:
    with works_of(make_app(database.sessions)).begin() as work:
        loaded = service.load(work)
        assert loaded == service.Loaded(territories=3, groups=14, citizens=300, needs=60, changed=True)
        query = select(CitizenSkill.phrase, CitizenSkill.language, CitizenSkill.concept_id).order_by(
            CitizenSkill.phrase, CitizenSkill.language, CitizenSkill.concept_id
        )
        here = work.session.execute(query).all()
    with sessions() as session:
        assert set(here) == set(session.execute(query).all())


def test_meanings_are_not_kept_when_another_vocabulary_is_there_too(database: Database) -> None:
    vocabulary = vocabulary_loading.read_shipped_vocabulary()
    prepared = service.prepare(vocabulary, citizens=3, needs=2)
    with works_of(make_app(database.sessions)).begin() as work:
        builders.load_communes(work)
        builders.load_vocabulary(work)

        assert not service.keep(work, prepared.phrases, vocabulary_version=prepared.vocabulary_version)
        assert work.session.scalar(select(func.count()).select_from(ResolvedPhrase)) == 0


def test_the_people_who_sign_in_have_introductions_of_every_kind(database: Database) -> None:
    with works_of(make_app(database.sessions)).begin() as work:
        service.load(work)
        service.complete(work)
        assert introductions.introduce(work) == 4
        assert introductions.introduce(work) == 0
        states = sorted(work.session.scalars(select(Introduction.state)))
        assert states == [State.ACCEPTED, State.OFFERED, State.OFFERED, State.PROPOSED]
        citizen = work.session.scalars(
            select(Account).where(Account.address == content.sign_ins().citizen.address)
        ).one()
        waiting = introduction_queries.waiting_for(work.session, account_ids=[citizen.id])
        assert [one.state for _, one in waiting] == [State.PROPOSED]
