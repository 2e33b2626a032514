"""Needs and citizens as cards and letters show them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from matchmaker.base.i18n import gettext
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState
from matchmaker.matching.rules import Cover, Match, PartName, SkillReason

LinkTo = Callable[..., str]
"""Makes an address from an endpoint and its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedCard:
    """A need as a card or a letter shows it, its labels translated."""

    need_id: int
    title: str
    url: str
    group_id: int
    group_name: str
    group_url: str
    description: str
    challenge: str
    kind: str
    of_people: bool
    state: str | None
    commune: str | None
    distance_km: float | None
    farther: bool
    remote: bool
    hours: int | None
    places_left: int
    until: date | None
    score: float | None
    reasons: tuple[SkillReason, ...]
    missing: tuple[str, ...]
    highlight: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenCard:
    """A citizen as a group sees them before anybody agreed to anything: first name, commune, skills, and the reasons.

    The commune of who was signed up by a relay is not shown: they agreed to their first name and their skills alone.
    """

    citizen_id: int
    first_name: str
    commune: str | None
    skills: tuple[str, ...]
    score: float
    reasons: tuple[SkillReason, ...]
    missing: tuple[str, ...]
    highlight: tuple[str, ...]


def need_card(
    need: Need, *, to: LinkTo, locale: str, match: Match | None = None, state: NeedState = NeedState.OPEN
) -> NeedCard:
    """A need with what its match says, if there is one."""
    return NeedCard(
        need_id=need.id,
        title=need.title,
        url=to("matching.need", need_id=need.id),
        group_id=need.group_id,
        group_name=need.group.name,
        group_url=to("groups.show", group_id=need.group_id),
        description=need.description,
        challenge=need.group.challenge.title(locale),
        kind=gettext(need.kind.label),
        of_people=need.kind.of_people,
        state=None if state is NeedState.OPEN else gettext(state.label),
        commune=need.commune.name if need.commune else None,
        distance_km=distance_km(match) if match and need.commune else None,
        farther=is_farther(match) if match and need.commune else False,
        remote=need.remote,
        hours=need.hours_a_week,
        places_left=need.places - need.places_taken,
        until=need.until,
        score=match.total if match else None,
        reasons=covered(match) if match else (),
        missing=lacking(match) if match else (),
        highlight=match.highlight_need if match else (),
    )


def citizen_card(citizen: Citizen, *, match: Match, all_skills: bool = True) -> CitizenCard:
    """A citizen for a group's eyes; without ``all_skills`` only those in question, which the reasons name."""
    return CitizenCard(
        citizen_id=citizen.id,
        first_name=citizen.first_name,
        commune=citizen.commune.name if citizen.relay_id is None else None,
        skills=tuple(skill.phrase for skill in citizen.skills) if all_skills else (),
        score=match.total,
        reasons=covered(match),
        missing=lacking(match),
        highlight=match.highlight_citizen,
    )


def covered(match: Match) -> tuple[SkillReason, ...]:
    """The reasons for which something was offered, without those that would read the same to a person.

    The title says nothing new where its skill is asked for by name, nor a second wish for the very same skill.
    """
    shown: dict[tuple[str | None, str | None], SkillReason] = {}
    for reason in match.reasons:
        if reason.own is None or reason.points <= 0:
            continue
        told = any(other.own == reason.own for other in shown.values())
        if reason.importance is None and told:
            continue
        shown.setdefault((reason.own, None if reason.how is Cover.SAME else reason.wanted), reason)
    return tuple(shown.values())


def lacking(match: Match) -> tuple[str, ...]:
    """What is asked for and not met even in part, so that nothing stands among the reasons and here too."""
    met = {reason.wanted for reason in covered(match)}
    return tuple(text for text in match.missing if text not in met)


def distance_km(match: Match) -> float | None:
    """How far the need is from the citizen, if both places are known."""
    return next((part.value for part in match.parts if part.name is PartName.DISTANCE), None)


def is_farther(match: Match) -> bool:
    """Whether the need is a little farther than the citizen said that they would go."""
    return any(part.beyond for part in match.parts)
