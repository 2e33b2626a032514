"""What fits whom: a citizen's first page, matches before any account, a need, and a group's ranked citizens."""

from collections.abc import Sequence

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base import i18n
from matchmaker.citizens import queries as citizens
from matchmaker.groups import queries as groups
from matchmaker.groups.access import is_member
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState, actions_in
from matchmaker.matching import cards, loading, queries, service
from matchmaker.matching.access import RECRUITER, need_to_fill, record_sight, visible_need
from matchmaker.matching.rules import CitizenProfile, Match
from matchmaker.matching.views.blueprint import blueprint
from matchmaker.places import queries as places_queries
from matchmaker.places import service as places
from matchmaker.places.models import Territory
from matchmaker.web import Access, access, account_id, now, reading, visitor_id

SHOWN = 20
SHOWN_BEFORE_ACCOUNT = 6
SHOWN_BESIDE = 6
TERRITORIES_SHOWN = 12
FEW = 3
"""With fewer matches than this, a page also shows what would bring more, and what else there is."""


@blueprint.get("/home")
@access(Access.SIGNED_IN)
def home() -> ResponseReturnValue:
    """What the signed-in person could help with, and why; the territory's défis and needs when little fits."""
    profiles = citizens.profiles_of(reading(), account_id=account_id())
    if not profiles:
        return render_template(
            "matching/no_profile.html",
            territories=places_queries.territories(reading(), limit=TERRITORIES_SHOWN),
            my_groups=groups.groups_of(reading(), account_id=account_id()),
        )
    slug = request.args.get("t")
    citizen = next((one for one in profiles if one.territory.slug == slug), profiles[0])
    matches = service.matches_for_citizen(reading(), citizen, now=now(), limit=SHOWN)
    return render_template(
        "matching/home.html",
        citizen=citizen,
        profiles=profiles,
        cards=_cards(matches),
        **_beside(matches, citizen.territory, loading.citizen_profile(reading(), citizen.id)),
    )


@blueprint.get("/join/matches")
@access(Access.PUBLIC)
def preview() -> ResponseReturnValue:
    """The first matches of somebody who has answered the steps and has no account yet."""
    sign_up = citizens.find_sign_up(reading(), session.get("sign_up"))
    if sign_up is None:
        return redirect(url_for("citizens.place"))
    language = sign_up.locale or i18n.get_locale()
    matches = service.matches_for_sign_up(
        reading(), sign_up, language=language, now=now(), limit=SHOWN_BEFORE_ACCOUNT
    )
    profile = loading.sign_up_profile(reading(), sign_up, language=language)
    return render_template(
        "matching/preview.html",
        sign_up=sign_up,
        cards=_cards(matches),
        **_beside(matches, sign_up.territory, profile),
    )


@blueprint.get("/needs/<int:need_id>")
@access(Access.PUBLIC)
def need(need_id: int) -> ResponseReturnValue:
    """A need; to a citizen with the reasons of their own match, to its group with what can be done."""
    found = visible_need(need_id)
    member = is_member(found)
    territory = found.group.territory
    state = queries.need_state(found, now=now())
    citizen = (
        None
        if member
        else citizens.profile_for(reading(), account_id=visitor_id(), territory_id=territory.id)
    )
    explanation = service.explain(reading(), found, citizen_id=citizen.id, now=now()) if citizen else None
    return render_template(
        "matching/need.html",
        need=found,
        card=cards.need_card(found, to=url_for, locale=i18n.get_locale(), state=state),
        state=state,
        open=state is NeedState.OPEN,
        member=member,
        organiser=places.is_organiser(reading(), territory_id=territory.id, account_id=visitor_id()),
        actions=actions_in(state) if member else (),
        citizen=citizen,
        explanation=explanation,
        missing=cards.lacking(explanation.match) if explanation else (),
        dismissal=queries.find_dismissal(reading(), need_id=need_id, citizen_id=citizen.id)
        if citizen
        else None,
        others=_cards_of_needs(_others(found)) if state is not NeedState.OPEN and not member else (),
        territory=territory,
    )


@blueprint.get("/needs/<int:need_id>/citizens", endpoint="citizens")
@access(RECRUITER)
def ranked_citizens(need_id: int) -> ResponseReturnValue:
    """The citizens who could help with a need, by first name, commune and skills only, with the reasons."""
    found = need_to_fill(need_id)
    member = is_member(found)
    matches = service.citizens_in_sight(reading(), found, now=now())
    people = queries.citizens_by_id(reading(), (match.citizen_id for match in matches))
    territory = found.group.territory
    page = render_template(
        "matching/citizens.html",
        need=found,
        open=queries.need_state(found, now=now()) is NeedState.OPEN,
        cards=[cards.citizen_card(people[match.citizen_id], match=match) for match in matches],
        member=member,
        territory=territory,
    )
    record_sight(matches, territory=territory, to_organiser=not member)
    return page


def _others(found: Need) -> Sequence[Need]:
    needs = groups.open_needs(reading(), territory=found.group.territory, now=now(), limit=SHOWN_BESIDE)
    return [need for need in needs if need.id != found.id]


def _cards(matches: Sequence[Match]) -> list[cards.NeedCard]:
    needs = queries.needs_by_id(reading(), (match.need_id for match in matches))
    return [
        cards.need_card(needs[match.need_id], to=url_for, locale=i18n.get_locale(), match=match)
        for match in matches
    ]


def _cards_of_needs(needs: Sequence[Need]) -> list[cards.NeedCard]:
    return [cards.need_card(need, to=url_for, locale=i18n.get_locale()) for need in needs]


def _beside(matches: Sequence[Match], territory: Territory, profile: CitizenProfile) -> dict[str, object]:
    """What a page shows besides matches, so that it is never empty."""
    beside: dict[str, object] = {"territory": territory, "few": len(matches) < FEW}
    if len(matches) >= FEW:
        return beside
    shown = {match.need_id for match in matches}
    needs = groups.open_needs(reading(), territory=territory, now=now(), limit=SHOWN_BESIDE)
    return beside | {
        "advice": service.advice(reading(), profile, territory, now=now()),
        "open_needs": _cards_of_needs([need for need in needs if need.id not in shown]),
        "challenges": queries.challenge_counts(reading(), territory=territory, now=now()),
        "groups": queries.newest_groups(reading(), territory_id=territory.id, limit=SHOWN_BESIDE),
    }
