"""The blueprint, what its pages share, and what pages of rooms below show of introductions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, g, url_for

from matchmaker.base.i18n import gettext
from matchmaker.citizens import queries as citizens
from matchmaker.introductions import queries
from matchmaker.introductions.cards import state_text
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import OPEN, UNANSWERED_AT_MOST, AnswerSpeed, Party
from matchmaker.web import now, reading, visitor_id

blueprint = Blueprint("introductions", __name__)

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a card says of an introduction, and the way to its page."""

    text: str
    url: str
    open: bool


def standing(introduction: Introduction | None, party: Party) -> Standing | None:
    """What a card says of an introduction, if there is one."""
    if introduction is None:
        return None
    return Standing(
        text=state_text(introduction, party),
        url=url_for("introductions.show", introduction_id=introduction.id),
        open=introduction.state in OPEN,
    )


@blueprint.app_template_global()
def my_standing(need_id: int) -> Standing | None:
    """What stands between the visitor and a need; asked of the database once a page."""
    known = _once("standings", _standings)
    return known.get(need_id)


@blueprint.app_template_global()
def has_introductions() -> bool:
    """Whether anything stands between the visitor and a need."""
    return bool(_once("standings", _standings))


@blueprint.app_template_global()
def has_met(group_id: int) -> bool:
    """Whether anybody was ever introduced to a group."""
    return queries.has_met(reading(), group_id=group_id)


@blueprint.app_template_global()
def is_introduced(need_id: int, citizen_id: int) -> bool:
    """Whether a citizen was introduced for a need."""
    return any(one.citizen_id == citizen_id for one in _introduced(need_id))


@blueprint.app_template_global()
def people_introduced(need_id: int) -> list[tuple[str, Standing]]:
    """The first names of those introduced for a need, with where each stands, to the group and to organisers."""
    return [
        (one.citizen.first_name, shown)
        for one in _introduced(need_id)
        if one.citizen is not None and (shown := standing(one, Party.GROUP)) is not None
    ]


def place_holders(need_id: int) -> str:
    """The first names of those who agreed and hold a place of a need, as a list to read."""
    return ", ".join(
        one.first_name if one else gettext("somebody who has left")
        for one in queries.place_holders(reading(), need_id=need_id)
    )


@blueprint.app_template_global()
def may_offer() -> bool:
    """Whether the visitor has a profile with which to offer help."""
    visitor = visitor_id()
    return visitor is not None and _once(
        "may offer", lambda: citizens.has_profile(reading(), account_id=visitor)
    )


@blueprint.app_template_global()
def answer_speeds(group_ids: Iterable[int]) -> Mapping[int, AnswerSpeed]:
    """How fast groups answer, of each of which there are enough cases to say so."""
    return queries.speeds_of_groups(reading(), group_ids=group_ids, now=now())


@blueprint.app_template_global()
def owes_answers(group_id: int) -> bool:
    """Whether a group owes so many answers that it meets nobody new."""
    return queries.unanswered_by(reading(), group_ids=[group_id]).get(group_id, 0) >= UNANSWERED_AT_MOST


@blueprint.app_template_global()
def follows(need_id: int) -> bool:
    """Whether the visitor is told when a need is open again."""
    visitor = visitor_id()
    return visitor is not None and queries.is_follower(reading(), need_id=need_id, account_id=visitor)


@blueprint.app_template_global()
def answers_owed() -> int:
    """How many introductions wait for the visitor's yes or no."""
    visitor = visitor_id()
    if visitor is None:
        return 0
    return queries.count_waiting(reading(), account_id=visitor)


def _once(name: str, ask: Callable[[], Found]) -> Found:
    """What was asked for this page before, or is now."""
    known: dict[str, object] = g.setdefault("introductions", {})
    if name not in known:
        known[name] = ask()
    return known[name]  # type: ignore[return-value]


def _standings() -> dict[int, Standing]:
    visitor = visitor_id()
    if visitor is None:
        return {}
    mine = [profile.id for profile in citizens.profiles_of(reading(), account_id=visitor)]
    known = queries.introductions_of_citizens(reading(), citizen_ids=mine)
    return {
        need_id: shown
        for (need_id, _), one in known.items()
        if (shown := standing(one, Party.CITIZEN)) is not None
    }


def _introduced(need_id: int) -> Sequence[Introduction]:
    return _once(
        f"introduced for {need_id}", lambda: queries.introductions_for_need(reading(), need_id=need_id)
    )
