"""The rooms in their order, and what each hands in for those below it, which do not know it."""

from collections.abc import Callable, Mapping

from flask import Blueprint, current_app

from matchmaker.accounts import transfer as accounts_transfer
from matchmaker.accounts import views as accounts_views
from matchmaker.assisted import transfer as assisted_transfer
from matchmaker.assisted import views as assisted_views
from matchmaker.assisted.views.blueprint import people_signed_up
from matchmaker.base.work import Transfer
from matchmaker.citizens import transfer as citizens_transfer
from matchmaker.citizens import views as citizens_views
from matchmaker.demo import views as demo_views
from matchmaker.digests import transfer as digests_transfer
from matchmaker.digests import views as digests_views
from matchmaker.discovery import views as discovery_views
from matchmaker.groups import service as groups
from matchmaker.groups import transfer as groups_transfer
from matchmaker.groups import views as groups_views
from matchmaker.introductions import transfer as introductions_transfer
from matchmaker.introductions import views as introductions_views
from matchmaker.introductions.views.blueprint import (
    answer_speeds,
    has_introductions,
    has_met,
    is_introduced,
    may_offer,
    my_standing,
    owes_answers,
    place_holders,
)
from matchmaker.invitations import views as invitations_views
from matchmaker.matching import transfer as matching_transfer
from matchmaker.matching import views as matching_views
from matchmaker.organisers import views as organisers_views
from matchmaker.places import transfer as places_transfer
from matchmaker.places import views as places_views
from matchmaker.relays import service as relays
from matchmaker.relays import transfer as relays_transfer
from matchmaker.relays import views as relays_views
from matchmaker.vocabulary import transfer as vocabulary_transfer
from matchmaker.vocabulary import views as vocabulary_views

BLUEPRINTS: tuple[Blueprint, ...] = (
    accounts_views.blueprint,
    invitations_views.blueprint,
    places_views.blueprint,
    vocabulary_views.blueprint,
    relays_views.blueprint,
    citizens_views.blueprint,
    groups_views.blueprint,
    matching_views.blueprint,
    introductions_views.blueprint,
    digests_views.blueprint,
    assisted_views.blueprint,
    organisers_views.blueprint,
    discovery_views.blueprint,
)
INVITATIONS = (groups.INVITATION, relays.INVITATION)
"""To what people are invited."""
DEMO: Blueprint = demo_views.blueprint
BY_ONE_CLICK = (digests_views.unsubscribe, introductions_views.stop)
"""What a mail program does for its reader, with no form of ours."""

TRANSFERS: tuple[Transfer, ...] = (
    assisted_transfer.TRANSFER,
    digests_transfer.TRANSFER,
    introductions_transfer.TRANSFER,
    matching_transfer.TRANSFER,
    groups_transfer.TRANSFER,
    citizens_transfer.TRANSFER,
    relays_transfer.TRANSFER,
    vocabulary_transfer.TRANSFER,
    places_transfer.TRANSFER,
    accounts_transfer.TRANSFER,
)
"""The highest room first, as people are forgotten."""

PAGES: Mapping[str, str] = {
    "absence": "introductions.absence",
    "ask": "introductions.propose",
    "desk": "organisers.desk",
    "front": "places.home",
    "group": "groups.show",
    "group_absence": "introductions.group_absence",
    "group_picture": "discovery.group_picture",
    "helpers": "matching.citizens",
    "home": "matching.home",
    "journal": "matching.journal",
    "letters": "digests.wishes",
    "matches": "matching.preview",
    "need": "matching.need",
    "needs": "matching.needs",
    "need_picture": "discovery.need_picture",
    "poster": "discovery.poster",
    "profile": "citizens.profile",
    "relay_desk": "assisted.desk",
    "sign_up": "citizens.place",
    "sign_in": "accounts.sign_in",
    "territory": "groups.territory",
    "territory_picture": "discovery.territory_picture",
    "week": "digests.week",
}
"""The pages to which rooms below them lead, by the names that these have for them."""


def _part(template: str, macro: str) -> Callable[..., object]:
    """A macro that needs nothing of the page in which it is shown."""

    def fill(*values: object) -> object:
        shown: Callable[..., object] = getattr(current_app.jinja_env.get_template(template).module, macro)
        return shown(*values)

    return fill


SLOTS: Mapping[str, Callable[..., object]] = {
    "answer_speed": _part("introductions/parts.html", "speed"),
    "answer_speeds": answer_speeds,
    "follow": _part("introductions/parts.html", "follow"),
    "has_met": has_met,
    "has_offered": has_introductions,
    "introduced": _part("introductions/parts.html", "introduced"),
    "is_introduced": is_introduced,
    "may_offer": may_offer,
    "offer": _part("introductions/parts.html", "offer"),
    "owes_answers": owes_answers,
    "place_holders": place_holders,
    "people_signed_up": people_signed_up,
    "standing": my_standing,
}
"""What pages show of rooms above theirs, by the names of their places there."""
