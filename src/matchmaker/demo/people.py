"""Citizens made from the vocabulary by a seeded generator; the same seed gives the same people on every machine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from matchmaker.base.text import fold
from matchmaker.citizens.rules import HOURS_A_WEEK, RADII_KM
from matchmaker.demo import content
from matchmaker.demo.content import FirstName, TerritoryText
from matchmaker.demo.wording import Wording, hurry

DOMAINS = ("example.org", "courriel.example", "poste.example", "boite.example")
"""Reserved by RFC 2606: nobody can ever have an address there."""

HOURS = (None, None, 1, 2, 2, 4, 4, 8, HOURS_A_WEEK[-1])
RADII = (None, None, *RADII_KM[:5], 10, 20, 20)
WITH_RELAY = 20
"""One in so many of the territory that has a relay was signed up there."""
HOMES = 1000
"""How finely ``CitizenDraft.home`` tells the inhabitants of a territory apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenDraft:
    """A citizen as generated. ``commune`` is a name, or None for the one in which inhabitant ``home`` of 1000 lives.

    Who has no ``address`` is with the relay. ``joined`` is days before today.
    """

    first_name: str
    address: str | None
    language: str
    territory: str
    commune: str | None
    home: int
    skills: tuple[str, ...]
    challenges: tuple[str, ...]
    hours_a_week: int | None
    radius_km: int | None
    remote: bool
    consents: bool
    joined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody in a group; a lead runs it."""

    first_name: str
    address: str
    group: str
    territory: str
    commune: str
    lead: bool


def members() -> tuple[Member, ...]:
    """Everybody who is in a group, group by group, its lead first."""
    lead = content.sign_ins().group
    return tuple(
        Member(
            first_name=name,
            address=lead.address
            if place == 0 and group.name == lead.group
            else f"{mailbox_name(name)}@groupe-{number}.example",
            group=group.name,
            territory=territory.slug,
            commune=group.commune,
            lead=place == 0,
        )
        for number, (territory, group) in enumerate(
            ((territory, group) for territory in content.territories() for group in territory.groups), 1
        )
        for place, name in enumerate(group.members)
    )


def citizens(wording: Wording, *, count: int, seed: int) -> tuple[CitizenDraft, ...]:
    """``count`` citizens: the one who signs in, a member of each group, and people as chance has it."""
    return tuple(islice(_everybody(wording, seed), count))


def mailbox_name(first_name: str) -> str:
    """A first name as the local part of an address."""
    return fold(first_name).replace(" ", "-")


def _everybody(wording: Wording, seed: int) -> Iterator[CitizenDraft]:
    yield _visitor()
    chance = _Chance(wording)
    second = [member for before, member in zip(members(), members()[1:], strict=False) if before.lead]
    number = 0
    while True:
        number += 1
        random = Random(f"{seed}/citizen/{number}")
        known = second[number - 1] if number <= len(second) else None
        yield chance.citizen(random, number, known)


def _visitor() -> CitizenDraft:
    visitor = content.sign_ins().citizen
    return CitizenDraft(
        first_name=visitor.first_name,
        address=visitor.address,
        language="fr",
        territory=visitor.territory,
        commune=visitor.commune,
        home=0,
        skills=visitor.skills,
        challenges=visitor.challenges,
        hours_a_week=visitor.hours_a_week,
        radius_km=visitor.radius_km,
        remote=False,
        consents=True,
        joined=12,
    )


class _Chance:
    """Draws people whose skills belong together, some of them called by what a group near them asks for."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._territories = content.territories()
        self._names = {
            language: [name for name in content.first_names() if name.language == language]
            for language in ("fr", "en")
        }
        self._leanings = content.leanings()
        self._asked = {territory.slug: self._asked_in(territory) for territory in self._territories}

    def citizen(self, random: Random, number: int, member: Member | None) -> CitizenDraft:
        """Citizen ``number``, who may be a member of a group."""
        language = "en" if member is None and random.random() < 0.07 else "fr"
        name = random.choice(self._names[language])
        slug = member.territory if member else _weighted(random, self._territories).slug
        territory = next(one for one in self._territories if one.slug == slug)
        challenges = [challenge.slug for challenge in territory.challenges]
        address = f"{mailbox_name(name.name)}.{number}@{random.choice(DOMAINS)}" if member is None else None
        with_relay = slug == content.sign_ins().relay.territory and number % WITH_RELAY == 0
        return CitizenDraft(
            first_name=member.first_name if member else name.name,
            address=member.address if member else None if with_relay else address,
            language=language,
            territory=slug,
            commune=member.commune if member else None,
            home=random.randrange(HOMES),
            skills=self._skills(random, slug, language, name),
            challenges=tuple(
                sorted(random.sample(challenges, k=random.choice((0, 1, 1, 2, 2, len(challenges)))))
            ),
            hours_a_week=random.choice(HOURS),
            radius_km=random.choice(RADII),
            remote=random.random() < 0.3,
            consents=random.random() < 0.85,
            joined=random.randrange(240),
        )

    def _skills(self, random: Random, slug: str, language: str, name: FirstName) -> tuple[str, ...]:
        leaning = random.choices(self._leanings, [one.weight for one in self._leanings])[0]
        found: dict[str, str] = {}
        if random.random() < 0.5:
            self._add(random, found, random.choice(self._asked[slug]), language, name)
        for _ in range(random.choice((2, 3, 3, 4, 4, 5, 6, 8))):
            family = leaning.family if random.random() < 0.65 else random.choice(leaning.beside)
            self._add(random, found, random.choice(self._wording.families[family]), language, name)
        if random.random() < 0.08:
            found[""] = random.choice(content.own_words(language))
        return tuple(dict.fromkeys(found.values()))

    def _add(
        self, random: Random, found: dict[str, str], concept_id: str, language: str, name: FirstName
    ) -> None:
        tongue = "en" if language == "en" or random.random() < 0.015 else "fr"
        said = self._wording.say(random, concept_id, language=tongue, gender=name.gender)
        found[concept_id] = hurry(random, said)

    def _asked_in(self, territory: TerritoryText) -> tuple[str, ...]:
        phrases = [
            wanted.phrase for group in territory.groups for need in group.needs for wanted in need.wanted
        ]
        return tuple(sorted({found for phrase in phrases if (found := self._wording.named(phrase))}))


def _weighted(random: Random, territories: Sequence[TerritoryText]) -> TerritoryText:
    return random.choices(territories, [territory.share for territory in territories])[0]
