"""What is written by hand for the demonstration: territories, groups with their needs, names, and ways to say things."""

import csv
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from matchmaker.groups.rules import Importance, NeedKind, Stage
from matchmaker.relays.rules import RelayKind
from matchmaker.vocabulary.rules import VerdictKind

DATA = files("matchmaker.demo") / "data"

_TALL = re.compile(r" (?=[:;?!»€%])|(?<=«) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeText:
    """A défi in both languages."""

    slug: str
    title_fr: str
    title_en: str
    description_fr: str
    description_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedText:
    """A wanted skill in a group's words."""

    phrase: str
    importance: Importance


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedText:
    """A need; ``posted`` and ``until`` are days before and after today."""

    kind: NeedKind
    title: str
    description: str
    wanted: tuple[WantedText, ...]
    places: int
    posted: int
    until: int
    hours: int | None
    remote: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupText:
    """A group in French; ``members`` are first names, the lead first; ``founded`` is days before today.

    ``families`` are those from which a generated need of this group draws its skill.
    """

    name: str
    challenge: str
    stage: Stage
    founded: int
    commune: str
    families: tuple[str, ...]
    members: tuple[str, ...]
    pitch: str
    description: str
    needs: tuple[NeedText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictText:
    """What a territory's organiser decided about two phrases."""

    phrase: str
    kind: VerdictKind
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryText:
    """A territory; of a hundred citizens ``share`` live in it."""

    slug: str
    name: str
    epcis: tuple[str, ...]
    share: int
    summary_fr: str
    summary_en: str
    challenges: tuple[ChallengeText, ...]
    verdicts: tuple[VerdictText, ...]
    groups: tuple[GroupText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenSignIn:
    """The citizen as whom a visitor may sign in."""

    address: str
    first_name: str
    territory: str
    commune: str
    skills: tuple[str, ...]
    challenges: tuple[str, ...]
    hours_a_week: int
    radius_km: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSignIn:
    """The lead of a group as whom a visitor may sign in."""

    address: str
    first_name: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganiserSignIn:
    """The organiser of all territories as whom a visitor may sign in."""

    address: str
    first_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySignIn:
    """Who works at a relay, as whom a visitor may sign in, and the relay."""

    address: str
    first_name: str
    name: str
    kind: RelayKind
    territory: str
    commune: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIns:
    """The four sign-ins."""

    citizen: CitizenSignIn
    group: GroupSignIn
    organiser: OrganiserSignIn
    relay: RelaySignIn

    @property
    def addresses(self) -> tuple[str, str, str, str]:
        """The addresses of the citizen, the group's lead, the organiser and the relay's member."""
        return self.citizen.address, self.group.address, self.organiser.address, self.relay.address


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstName:
    """A first name; ``gender`` is f, m or x, by which job names are inflected. ``language`` is what its bearer writes."""

    name: str
    gender: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """How often people lean to a family of skills, and the families that go with it."""

    family: str
    weight: int
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasings:
    """How generated needs are worded."""

    titles: dict[str, tuple[str, ...]]
    openings: tuple[str, ...]
    rhythms: tuple[str, ...]
    thanks: tuple[str, ...]


@cache
def territories() -> tuple[TerritoryText, ...]:
    """The territories with their défis and groups, in the order of their file."""
    return tuple(
        TerritoryText(
            slug=raw["slug"],
            name=raw["name"],
            epcis=tuple(raw["epcis"]),
            share=raw["share"],
            summary_fr=typeset(raw["summary_fr"]),
            summary_en=raw["summary_en"],
            challenges=tuple(_challenge(challenge) for challenge in raw["challenge"]),
            verdicts=tuple(
                VerdictText(phrase=one["phrase"], kind=VerdictKind(one["kind"]), other=one["other"])
                for one in raw.get("verdict", ())
            ),
            groups=tuple(_group(group) for group in _toml(f"groups/{raw['groups']}.toml")["group"]),
        )
        for raw in _toml("territories.toml")["territory"]
    )


@cache
def sign_ins() -> SignIns:
    """The four people as whom a visitor may sign in."""
    raw = _toml("sign_ins.toml")
    citizen = raw["citizen"]
    return SignIns(
        citizen=CitizenSignIn(
            **{**citizen, "skills": tuple(citizen["skills"]), "challenges": tuple(citizen["challenges"])}
        ),
        group=GroupSignIn(**raw["group"]),
        organiser=OrganiserSignIn(**raw["organiser"]),
        relay=RelaySignIn(**{**raw["relay"], "kind": RelayKind(raw["relay"]["kind"])}),
    )


@cache
def first_names() -> tuple[FirstName, ...]:
    """First names from all the places that people of these territories come from."""
    return tuple(FirstName(**row) for row in _rows("first_names.csv"))


@cache
def leanings() -> tuple[Leaning, ...]:
    """One for each family of skills."""
    return tuple(
        Leaning(family=row["family"], weight=int(row["weight"]), beside=tuple(row["beside"].split("|")))
        for row in _rows("leanings.csv")
    )


@cache
def own_words(language: str) -> tuple[str, ...]:
    """What people say of themselves that no vocabulary has."""
    return tuple(row["phrase"] for row in _rows("own_words.csv") if row["language"] == language)


@cache
def phrasings() -> Phrasings:
    """How generated needs are worded, in French."""
    raw = _toml("phrasings.toml")
    description = raw["description"]
    return Phrasings(
        titles={kind: tuple(map(typeset, forms)) for kind, forms in raw["title"].items()},
        openings=tuple(map(typeset, description["opening"])),
        rhythms=tuple(map(typeset, description["rhythm"])),
        thanks=tuple(map(typeset, description["thanks"])),
    )


def typeset(text: str) -> str:
    """A French text with the spaces that must not break a line: before tall punctuation and inside quotation marks."""
    return _TALL.sub("\u00a0", text)


def _challenge(raw: dict[str, str]) -> ChallengeText:
    french = {name: typeset(raw[name]) for name in ("title_fr", "description_fr")}
    return ChallengeText(**{**raw, **french})


def _group(raw: dict[str, Any]) -> GroupText:
    return GroupText(
        name=raw["name"],
        challenge=raw["challenge"],
        stage=Stage(raw["stage"]),
        founded=raw["founded"],
        commune=raw["commune"],
        families=tuple(raw["families"]),
        members=tuple(raw["members"]),
        pitch=typeset(raw["pitch"]),
        description=typeset(raw["description"].strip()),
        needs=tuple(_need(need) for need in raw["need"]),
    )


def _need(raw: dict[str, Any]) -> NeedText:
    wanted = [(phrase, Importance.MUST) for phrase in raw["must"]]
    wanted += [(phrase, Importance.NICE) for phrase in raw["nice"]]
    return NeedText(
        kind=NeedKind(raw["kind"]),
        title=typeset(raw["title"]),
        description=typeset(raw["description"]),
        wanted=tuple(WantedText(phrase=phrase, importance=importance) for phrase, importance in wanted),
        places=raw["places"],
        posted=raw["posted"],
        until=raw["until"],
        hours=raw.get("hours"),
        remote=raw.get("remote", False),
    )


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))
