"""Small worlds for tests: plain functions that put real rows into a database.

``make_world`` is a territory with four communes (one far away, outside it) and a vocabulary of a dozen
concepts; the others add people, groups and needs to it. Everything has a default, so that a test names only
what its story is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from matchmaker.accounts.models import Account
from matchmaker.assisted import service as assisted
from matchmaker.base.db import SessionFactory, make_session_factory
from matchmaker.base.letter import LetterRenderer
from matchmaker.base.settings import Settings
from matchmaker.base.text import fold
from matchmaker.base.tokens import Tokens
from matchmaker.base.work import Links, Work, WorkFactory
from matchmaker.citizens.models import Citizen, CitizenSkill, Consent
from matchmaker.citizens.rules import WEEKLY_LETTER_TEXT, ConsentChannel, ConsentPurpose
from matchmaker.groups.models import Membership, Need, StartupGroup, WantedSkill
from matchmaker.groups.rules import Importance, NeedKind, NeedState, Role, Stage
from matchmaker.places import service as places_service
from matchmaker.places.models import Challenge, Commune, PostalCode, Territory
from matchmaker.relays import service as relays
from matchmaker.relays.models import Relay, RelayMember
from matchmaker.relays.rules import RelayKind
from matchmaker.rooms import PAGES, TRANSFERS
from matchmaker.vocabulary import loading as vocabulary_loading
from matchmaker.vocabulary import service as vocabulary_service
from matchmaker.vocabulary.models import SkillFamily
from matchmaker.vocabulary.rules import vocabulary_from_rows

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
"""A Tuesday, in ISO week 2026-W48; 10:30 in Paris."""

TODAY = NOW.date()

COMMUNES = (
    ("26281", "Romans-sur-Isère", "26", "200068781", 33060, 45.0464, 5.0517, ("26100",)),
    ("26362", "Valence", "26", "200068781", 64749, 44.9334, 4.8924, ("26000",)),
    ("26057", "Bourg-de-Péage", "26", "200068781", 10116, 45.0311, 5.0497, ("26300",)),
    ("63113", "Clermont-Ferrand", "63", "246300701", 147865, 45.7797, 3.0863, ("63000", "63100")),
)

CONCEPTS = """\
repair.bicycle-repair;réparation de vélos;bicycle repair;mécano vélo|réparer des vélos|réparation de cycles;bike repair;repair.repair
repair.repair;réparation d'objets;repairing things;réparer|réparateur·rice;fixing;
textile.sewing;couture;sewing;coudre|couturier·ère;needlework;
finance.accounting;comptabilité;accounting;compta|comptable;bookkeeping;
digital.websites;création de sites web;building websites;site internet|développeur·euse web;web site;
farming.gardening;jardinage;gardening;jardiner|jardinier·ère;gardener;
services.guarding;gardiennage;guarding;gardien·ne;caretaker;
food.cooking;cuisine;cooking;cuisiner|cuisinier·ère;cook;
transport.driving-lorries;permis C;lorry licence;conduire un camion|chauffeur·euse poids lourd;drive a lorry;
finance.fundraising;recherche de financement;fundraising;chercher des subventions;grants;
events.bar;tenue d'une buvette;running a bar;buvette|barman;bartender;
building.joinery;menuiserie;joinery;menuisier·ère;joiner;
"""  # noqa: E501


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What ``make_world`` put into the database."""

    territory: Territory
    other_territory: Territory
    challenge: Challenge
    other_challenge: Challenge


def make_settings(**overrides: object) -> Settings:
    """Settings that a test server can start with."""
    values: dict[str, object] = {
        "secret_key": "a secret that is long enough for the tests",
        "base_url": "http://localhost",
        "mail_from": "bonjour@territoire.example",
        **overrides,
    }
    return Settings(**values)  # type: ignore[arg-type]


@cache
def letter_renderer(service_name: str) -> LetterRenderer:
    """The renderer of this process, which has compiled each letter's template once."""
    return LetterRenderer(service_name=service_name)


def make_works(sessions: SessionFactory, app: Flask, *, now: datetime = NOW) -> WorkFactory:
    """Units of work over ``sessions`` at a moment that stands still."""
    return WorkFactory(
        sessions=sessions,
        reading=sessions,
        clock=lambda: now,
        tokens=Tokens("a secret that is long enough for the tests"),
        letters=letter_renderer("Startup de territoire"),
        links=Links(app.url_map, scheme="http", host="localhost", pages=PAGES),
        rooms=TRANSFERS,
    )


def make_world(work: Work) -> World:
    """Two territories, the first with two défis; communes; a small vocabulary."""
    load_communes(work)
    load_vocabulary(work)
    territory = places_service.found_territory(
        work,
        slug="valence-romans",
        name="Valence-Romans",
        summary_fr="Voir grand, commencer petit, aller vite.",
        summary_en="Think big, start small, go fast.",
        epcis=["200068781"],
    )
    other = places_service.found_territory(
        work,
        slug="clermont",
        name="Clermont",
        summary_fr="Au pied des volcans.",
        summary_en="At the foot of the volcanoes.",
        epcis=["246300701"],
    )
    challenge = add_challenge(
        work, territory, slug="produire-ici", title_fr="Produire ici", title_en="Make it here"
    )
    second = add_challenge(
        work, territory, slug="se-deplacer", title_fr="Se déplacer", title_en="Getting around"
    )
    add_challenge(work, other, slug="bien-manger", title_fr="Bien manger", title_en="Eating well")
    return World(territory=territory, other_territory=other, challenge=challenge, other_challenge=second)


def settle(engine: Engine) -> None:
    """Make the world in a database that has the schema alone."""
    with make_works(make_session_factory(engine), Flask("no doors")).begin() as work:
        make_world(work)


def find_world(session: Session) -> World:
    """The world of a database that has one from the beginning."""
    query = select(Territory).options(selectinload(Territory.challenges))
    territories = {one.slug: one for one in session.scalars(query)}
    challenges = {one.slug: one for territory in territories.values() for one in territory.challenges}
    return World(
        territory=territories["valence-romans"],
        other_territory=territories["clermont"],
        challenge=challenges["produire-ici"],
        other_challenge=challenges["se-deplacer"],
    )


def load_communes(work: Work) -> None:
    """Four real communes."""
    for code, name, department, epci, population, latitude, longitude, postal_codes in COMMUNES:
        work.session.add(
            Commune(
                code=code,
                name=name,
                folded=fold(name),
                department=department,
                region="84",
                epci=epci,
                population=population,
                latitude=latitude,
                longitude=longitude,
                approximate=False,
                postal_codes=[PostalCode(code=postal_code) for postal_code in postal_codes],
            )
        )
    work.session.flush()


def load_vocabulary(work: Work) -> None:
    """A dozen concepts, and the false friends gardening guarding."""
    families: dict[str, list[dict[str, str]]] = {}
    for line in CONCEPTS.splitlines():
        number, label_fr, label_en, words_fr, words_en, broader = line.split(";")
        families.setdefault(number.partition(".")[0], []).append(
            {
                "id": number,
                "label_fr": label_fr,
                "label_en": label_en,
                "words_fr": words_fr,
                "words_en": words_en,
                "broader": broader,
                "related": "",
            }
        )
    work.session.add_all(
        SkillFamily(id=family, label_fr=family, label_en=family, emoji="🔧") for family in families
    )
    work.session.flush()
    vocabulary = vocabulary_from_rows(families, [{"word_a": "jardinage", "word_b": "gardiennage"}])
    vocabulary_loading.load_vocabulary(work, vocabulary, source=vocabulary_loading.STARTER)


def add_challenge(work: Work, territory: Territory, *, slug: str, title_fr: str, title_en: str) -> Challenge:
    """A défi with a line of description."""
    return places_service.add_challenge(
        work,
        territory=territory,
        slug=slug,
        title_fr=title_fr,
        title_en=title_en,
        description_fr=f"{title_fr}, ensemble.",
        description_en=f"{title_en}, together.",
    )


def add_account(
    work: Work, *, address: str = "camille@example.org", first_name: str = "Camille", locale: str = "fr"
) -> Account:
    """Somebody who confirmed an address."""
    account = Account(address=address, first_name=first_name, locale=locale, created_at=work.now)
    work.session.add(account)
    work.session.flush()
    return account


def add_organiser(work: Work, territory: Territory, *, address: str = "orga@example.org") -> Account:
    """Somebody who runs a territory's desk."""
    account = add_account(work, address=address, first_name="Orane")
    places_service.name_organiser(work, territory_id=territory.id, account_id=account.id)
    return account


def add_citizen(
    work: Work,
    territory: Territory,
    *,
    skills: Sequence[str] = ("réparer des vélos",),
    address: str = "camille@example.org",
    first_name: str = "Camille",
    locale: str = "fr",
    commune: str = "26281",
    hours_a_week: int | None = None,
    radius_km: int | None = None,
    remote: bool = False,
    challenges: Sequence[Challenge] = (),
    consents: bool = True,
    account: Account | None = None,
) -> Citizen:
    """A citizen with resolved skills, who by default agreed to the weekly letter."""
    account = account or add_account(work, address=address, first_name=first_name, locale=locale)
    phrases = vocabulary_service.resolve_phrases(work, skills, language=locale)
    citizen = Citizen(
        account=account,
        territory=territory,
        commune_code=commune,
        hours_a_week=hours_a_week,
        radius_km=radius_km,
        remote=remote,
        created_at=work.now,
        challenges=list(challenges),
        skills=[
            CitizenSkill(
                position=position,
                phrase=phrase.text,
                language=locale,
                concept_id=phrase.resolutions[0].concept_id if phrase.resolutions else None,
                confirmed=False,
            )
            for position, phrase in enumerate(phrases)
        ],
    )
    if consents:
        citizen.consents.append(
            Consent(
                purpose=ConsentPurpose.WEEKLY_LETTER,
                channel=ConsentChannel.WEB,
                shown_text=WEEKLY_LETTER_TEXT,
                locale=locale,
                given_at=work.now,
            )
        )
    work.session.add(citizen)
    work.session.flush()
    return citizen


def add_relay(
    work: Work,
    territory: Territory,
    *,
    name: str = "Médiathèque du Vieux Pont",
    members: Sequence[Account] = (),
    commune: str = "26281",
) -> Relay:
    """A library that signs up people who have no e-mail address."""
    relay = relays.name_relay(
        work, territory_id=territory.id, name=name, kind=RelayKind.LIBRARY, commune_code=commune
    )
    relay.members.extend(RelayMember(account_id=member.id, joined_at=work.now) for member in members)
    work.session.flush()
    return relay


def add_person(
    work: Work,
    relay: Relay,
    member: Account,
    *,
    first_name: str = "Marcel",
    locale: str = "fr",
    skills: Sequence[str] = ("réparer des vélos",),
    commune: str = "26281",
    telephone: str | None = None,
    weekly_letter: bool = True,
) -> Citizen:
    """Somebody without an e-mail address, signed up at a relay by one of its members."""
    answers = assisted.Answers(
        first_name=first_name,
        locale=locale,
        address=None,
        commune_code=commune,
        skills=[(skill, None) for skill in skills],
        challenge_ids=(),
        hours_a_week=None,
        radius_km=None,
        remote=False,
    )
    draft = assisted.note_answers(work, relay_id=relay.id, answers=answers)
    return assisted.sign_up_here(
        work,
        desk=assisted.AtDesk(relay_id=relay.id, member_id=member.id),
        sign_up_id=draft.id,
        channel=ConsentChannel.IN_PERSON,
        weekly_letter=weekly_letter,
        telephone=telephone,
    )


def account_of(citizen: Citizen) -> Account:
    """The account of a citizen who is with no relay."""
    assert citizen.account is not None
    return citizen.account


def add_group(
    work: Work,
    challenge: Challenge,
    *,
    name: str = "Ma bouteille s'appelle Reviens",
    lead: Account | None = None,
) -> StartupGroup:
    """A group under a défi, with a lead."""
    lead = lead or add_account(
        work, address=f"{fold(name).replace(' ', '-')[:40]}@example.org", first_name="Lou"
    )
    group = StartupGroup(
        territory_id=challenge.territory_id,
        challenge_id=challenge.id,
        name=name,
        pitch="La consigne revient dans la Drôme.",
        description="Laver et remettre en circuit les bouteilles des brasseries et des domaines.",
        stage=Stage.CREATION,
        locale="fr",
        created_at=work.now,
        memberships=[Membership(account_id=lead.id, role=Role.LEAD, joined_at=work.now)],
    )
    work.session.add(group)
    work.session.flush()
    return group


def add_need(
    work: Work,
    group: StartupGroup,
    *,
    title: str = "Réparer nos vélos de livraison",
    wanted: Sequence[str] = ("réparation de vélos",),
    nice: Sequence[str] = (),
    state: NeedState = NeedState.OPEN,
    kind: NeedKind = NeedKind.SKILL,
    places: int = 2,
    places_taken: int = 0,
    places_by_hand: int | None = None,
    hours_a_week: int | None = None,
    commune: str | None = "26281",
    remote: bool = False,
    until: date | None = None,
) -> Need:
    """A need with resolved wanted skills; unless it is said otherwise, the group said itself that places are taken."""
    musts = [
        (phrase, Importance.MUST)
        for phrase in vocabulary_service.resolve_phrases(work, wanted, language="fr")
    ]
    nices = [
        (phrase, Importance.NICE) for phrase in vocabulary_service.resolve_phrases(work, nice, language="fr")
    ]
    need = Need(
        group=group,
        territory_id=group.territory_id,
        kind=kind,
        state=state,
        title=title,
        description="Deux après-midi par mois, à l'atelier.",
        places=places,
        places_taken=places_taken,
        places_by_hand=places_taken if places_by_hand is None else places_by_hand,
        hours_a_week=hours_a_week,
        commune_code=commune,
        remote=remote,
        until=until,
        created_at=work.now,
        wanted=[
            WantedSkill(
                position=position,
                phrase=phrase.text,
                language="fr",
                importance=importance,
                concept_id=phrase.resolutions[0].concept_id if phrase.resolutions else None,
                confirmed=False,
            )
            for position, (phrase, importance) in enumerate([*musts, *nices])
        ],
    )
    work.session.add(need)
    work.session.flush()
    return need
