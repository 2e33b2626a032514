"""A town in a database in which everybody wants the week's letter and fits some needs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert, select

from matchmaker.accounts.models import Account
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen, CitizenChallenge, CitizenSkill, Consent
from matchmaker.citizens.rules import WEEKLY_LETTER_TEXT, ConsentChannel, ConsentPurpose
from matchmaker.demo import service as demo
from matchmaker.groups.models import Membership, Need, StartupGroup, WantedSkill
from matchmaker.groups.rules import Importance, NeedKind, NeedState, Role, Stage
from matchmaker.places import service as places
from matchmaker.places.models import Challenge, Territory, TerritoryCommune
from matchmaker.vocabulary.models import ConceptLabel
from matchmaker.vocabulary.rules import LabelKind

PEOPLE_A_NEED = 20
NEEDS_A_GROUP = 2
SKILLS_EACH = 5
SKILLS_ASKED = 4
CONCEPTS = 100
CHALLENGES = 5


def make_town(work: Work, *, people: int) -> None:
    """Valence Romans Agglo with so many citizens, a need for every twenty of them, and the vocabulary that ships."""
    demo.load_places_and_words(work)
    territory = places.found_territory(
        work,
        slug="valence-romans",
        name="Valence-Romans",
        summary_fr="Voir grand, commencer petit, aller vite.",
        summary_en="Think big, start small, go fast.",
        epcis=["200068781"],
    )
    challenges = [
        places.add_challenge(
            work,
            territory=territory,
            slug=f"defi-{number}",
            title_fr=f"Défi {number}",
            title_en=f"Challenge {number}",
            description_fr=f"Défi {number}, ensemble.",
            description_en=f"Challenge {number}, together.",
        )
        for number in range(CHALLENGES)
    ]
    work.session.flush()
    town = _Town(work, territory, challenges)
    for number in range(people // PEOPLE_A_NEED // NEEDS_A_GROUP):
        town.add_group(number)
    town.add_citizens(people)


class _Town:
    """The same town for one number of people on every machine."""

    def __init__(self, work: Work, territory: Territory, challenges: Sequence[Challenge]) -> None:
        self._work, self._territory, self._challenges = work, territory, challenges
        self._rng = random.Random(1)
        labels = work.session.execute(
            select(ConceptLabel.concept_id, ConceptLabel.text)
            .where(ConceptLabel.language == "fr", ConceptLabel.kind == LabelKind.PREFERRED)
            .order_by(ConceptLabel.concept_id)
        ).all()
        self._words = self._rng.sample([(concept, text[:64]) for concept, text in labels], CONCEPTS)
        self._communes = sorted(
            work.session.scalars(
                select(TerritoryCommune.commune_code).where(TerritoryCommune.territory_id == territory.id)
            )
        )

    def add_group(self, number: int) -> None:
        """A group with its lead and its open needs."""
        work, rng = self._work, self._rng
        lead = Account(
            address=f"lead-{number}@example.org", first_name="Lou", locale="fr", created_at=work.now
        )
        work.session.add(lead)
        work.session.flush()
        group = StartupGroup(
            territory_id=self._territory.id,
            challenge_id=rng.choice(self._challenges).id,
            name=f"Groupe {number}",
            pitch="La consigne revient dans la Drôme.",
            description="Laver et remettre en circuit les bouteilles des brasseries et des domaines.",
            stage=Stage.CREATION,
            locale="fr",
            created_at=work.now - timedelta(days=60),
            memberships=[Membership(account_id=lead.id, role=Role.LEAD, joined_at=work.now)],
        )
        work.session.add_all([group, *(self._need(group) for _ in range(NEEDS_A_GROUP))])

    def _need(self, group: StartupGroup) -> Need:
        asked = self._rng.sample(self._words, SKILLS_ASKED)
        return Need(
            group=group,
            territory_id=self._territory.id,
            kind=NeedKind.SKILL,
            state=NeedState.OPEN,
            title=asked[0][1].capitalize(),
            description="Deux après-midi par mois, à l'atelier.",
            places=2,
            places_taken=0,
            hours_a_week=self._rng.choice((None, 2, 4)),
            commune_code=self._rng.choice(self._communes),
            remote=self._rng.random() < 0.5,
            created_at=self._work.now,
            wanted=[
                WantedSkill(
                    position=position,
                    phrase=phrase,
                    language="fr",
                    importance=Importance.NICE if position else Importance.MUST,
                    concept_id=concept_id,
                    confirmed=True,
                )
                for position, (concept_id, phrase) in enumerate(asked)
            ],
        )

    def add_citizens(self, count: int) -> None:
        """Citizens with five skills each, who agreed to the letter."""
        session, rng, now = self._work.session, self._rng, self._work.now
        accounts = session.scalars(
            insert(Account).returning(Account.id, sort_by_parameter_order=True),
            [
                {"address": f"c{number}@example.org", "first_name": "Inès", "locale": "fr", "created_at": now}
                for number in range(count)
            ],
        ).all()
        citizens = session.scalars(
            insert(Citizen).returning(Citizen.id, sort_by_parameter_order=True),
            [
                {
                    "account_id": account_id,
                    "territory_id": self._territory.id,
                    "commune_code": rng.choice(self._communes),
                    "hours_a_week": rng.choice((None, 2, 4, 8)),
                    "radius_km": rng.choice((None, 10, 20, 40)),
                    "remote": True,
                    "created_at": now,
                }
                for account_id in accounts
            ],
        ).all()
        session.execute(
            insert(CitizenSkill),
            [
                {
                    "citizen_id": citizen_id,
                    "position": position,
                    "phrase": phrase,
                    "language": "fr",
                    "concept_id": concept_id,
                    "confirmed": True,
                }
                for citizen_id in citizens
                for position, (concept_id, phrase) in enumerate(rng.sample(self._words, SKILLS_EACH))
            ],
        )
        session.execute(
            insert(CitizenChallenge),
            [
                {"citizen_id": citizen_id, "challenge_id": rng.choice(self._challenges).id}
                for citizen_id in citizens
            ],
        )
        session.execute(
            insert(Consent),
            [
                {
                    "citizen_id": citizen_id,
                    "purpose": ConsentPurpose.WEEKLY_LETTER,
                    "channel": ConsentChannel.WEB,
                    "shown_text": WEEKLY_LETTER_TEXT,
                    "locale": "fr",
                    "given_at": now,
                }
                for citizen_id in citizens
            ],
        )
