"""For each door that acts, what somebody of the town sends to it with success: whoever adds a door adds its form here.

A key is an endpoint, and a word more where a door takes several forms. Values in braces are the town's numbers, or what
``given`` has made ready.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from werkzeug.test import TestResponse

from tests.builders import TODAY
from tests.doors import Person, works_of
from tests.house import given
from tests.house.given import PASSWORD, Given, Values
from tests.house.town import EVERYTHING, NEIGHBOUR, NEWCOMER, VISITOR, Town, new_browser, path_to


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidForm:
    """What ``who`` sends, once ``given`` was made ready and the doors ``after`` were passed by the same person."""

    who: str = EVERYTHING
    data: Mapping[str, str] = field(default_factory=dict)
    given: Given | None = None
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A form about to be sent, by a browser of its own."""

    person: Person
    path: str
    data: Mapping[str, str]

    def send(self) -> TestResponse:
        """Send it; it may be sent again."""
        return self.person.post(self.path, self.data)


def endpoint_of(key: str) -> str:
    """The door of a form."""
    return key.partition(" ")[0]


def make_ready(town: Town, key: str, person: Person | None = None) -> Ready:
    """All that comes before the form of that key is done, and it can be sent."""
    form = VALID_FORMS[key]
    person = person or new_browser(town, form.who)
    for earlier in form.after:
        answer = make_ready(town, earlier, person).send()
        assert answer.status_code < 400, earlier
    values: Values = dict(town.numbers)
    if form.given is not None:
        with works_of(town.app).begin() as work:
            values |= form.given(work, town)
    data = {name: text.format(**values) for name, text in form.data.items()}
    return Ready(person=person, path=path_to(town, endpoint_of(key), **values), data=data)


NAME = {"first_name": "Zoé", "locale": "fr"}
PLACE = {"commune": "Romans-sur-Isère (26100)", "commune_code": "26281"}
ENDS = {"one": "Romans-sur-Isère", "one_code": "26281", "other": "Valence", "other_code": "26362"}
SKILLS = {"skills-0": "couture"}
TIME = {"hours_a_week": "", "radius_km": ""}
GROUP = {
    "name": "Les Ateliers",
    "pitch": "Réparer ensemble.",
    "description": "",
    "challenge": "{challenge_id}",
    "stage": "idea",
}
NEED = {
    "title": "Coudre des sacs",
    "kind": "skill",
    "description": "",
    "wanted-0-phrase": "couture",
    "wanted-0-importance": "must",
    "places": "2",
    "hours_a_week": "",
    "remote": "y",
    "publish": "",
}
PARAGRAPH = {"challenge": "", "text_fr": "Bonjour.", "text_en": "Hello."}
AWAY = {"first_day": f"{TODAY}", "last_day": f"{TODAY + timedelta(days=7)}"}

VALID_FORMS: Mapping[str, ValidForm] = {
    "accounts.address": ValidForm(
        who=NEWCOMER, data={"address": "noe@example.org", "current": PASSWORD}, given=given.password_kept
    ),
    "accounts.address_link": ValidForm(who=NEWCOMER, given=given.new_address),
    "accounts.browsers": ValidForm(who=NEWCOMER, given=given.other_browser),
    "accounts.delete": ValidForm(who=NEIGHBOUR),
    "accounts.letters": ValidForm(),
    "accounts.link": ValidForm(who=VISITOR, given=given.sign_in_link),
    "accounts.new": ValidForm(who=VISITOR, data={**NAME, "address": "zoe@example.org"}),
    "accounts.open": ValidForm(who=VISITOR, given=given.new_account),
    "accounts.settings": ValidForm(data={"form": "account", **NAME}),
    "accounts.settings password": ValidForm(data={"form": "password", "password": PASSWORD}),
    "accounts.sign_in": ValidForm(who=VISITOR, data={"address": "newcomer@example.org"}),
    "accounts.sign_in password": ValidForm(
        who=VISITOR, data={"address": "newcomer@example.org", "password": PASSWORD}, given=given.password
    ),
    "accounts.sign_out": ValidForm(),
    "assisted.agreement": ValidForm(data={"profile": "y", "channel": "in_person"}, given=given.noted(None)),
    "assisted.agreement letter": ValidForm(given=given.noted("odette@example.org")),
    "assisted.call": ValidForm(data={"outcome": "yes"}, given=given.week),
    "assisted.call not_reached": ValidForm(data={"outcome": "not_reached"}, given=given.week),
    "assisted.code": ValidForm(data={"answer": "yes"}, given=given.week),
    "assisted.letters": ValidForm(data={"code": "{code}", "answer": "no"}, given=given.week),
    "assisted.pdf": ValidForm(given=given.week),
    "assisted.person": ValidForm(data={**NAME, **PLACE, **TIME}),
    "assisted.person_address": ValidForm(data={"address": "marcel@example.org"}),
    "assisted.person_delete": ValidForm(),
    "assisted.person_letter": ValidForm(
        data={"channel": "in_person"}, after=("assisted.person_letter_stop",)
    ),
    "assisted.person_letter_stop": ValidForm(),
    "assisted.person_skills": ValidForm(data=SKILLS),
    "assisted.print_letters": ValidForm(given=given.week),
    "assisted.sign_up": ValidForm(data={**NAME, **PLACE, **TIME, **SKILLS}),
    "assisted.waiting_act": ValidForm(data={"action": "accept"}, given=given.asked_at_relay),
    "citizens.challenges": ValidForm(
        who=VISITOR, data={"challenges": "{challenge_id}"}, after=("citizens.place",)
    ),
    "citizens.confirm": ValidForm(who=VISITOR, given=given.sign_up),
    "citizens.delete": ValidForm(),
    "citizens.finish": ValidForm(
        who=VISITOR, data={**NAME, "address": "zoe@example.org"}, after=("citizens.place",)
    ),
    "citizens.finish signed_in": ValidForm(
        who=NEWCOMER, data={"weekly_letter": "y"}, after=("citizens.place",)
    ),
    "citizens.place": ValidForm(who=VISITOR, data=PLACE),
    "citizens.place again": ValidForm(who=VISITOR, data=PLACE, after=("citizens.place",)),
    "citizens.profile": ValidForm(data={**PLACE, **TIME}),
    "citizens.profile_skills": ValidForm(data=SKILLS),
    "citizens.skills": ValidForm(who=VISITOR, data=SKILLS, after=("citizens.place",)),
    "citizens.time": ValidForm(who=VISITOR, data=TIME, after=("citizens.place",)),
    "digests.edit_paragraph": ValidForm(data=PARAGRAPH),
    "digests.hold": ValidForm(given=given.neighbour),
    "digests.paragraph": ValidForm(data=PARAGRAPH),
    "digests.pause": ValidForm(given=given.week),
    "digests.pin": ValidForm(given=given.neighbour),
    "digests.resume": ValidForm(after=("digests.pause",)),
    "digests.schedule": ValidForm(data={"weekday": "5", "hour": "18", "time_zone": "Europe/Paris"}),
    "digests.send": ValidForm(),
    "digests.settle": ValidForm(data={"arrived": "no"}, given=given.letter_in_doubt),
    "digests.settle_all": ValidForm(data={"arrived": "no"}, given=given.letter_in_doubt),
    "digests.test": ValidForm(),
    "digests.unsubscribe": ValidForm(who=VISITOR, given=given.unsubscribing),
    "digests.wishes": ValidForm(data={"frequency": "monthly"}),
    "digests.wishes off": ValidForm(data={"frequency": "off"}),
    "digests.withdraw_edit": ValidForm(),
    "groups.close": ValidForm(),
    "groups.edit": ValidForm(data=GROUP),
    "groups.invitation_withdraw": ValidForm(given=given.waiting_invitation),
    "groups.invite": ValidForm(data={"address": "zoe@example.org", "role": "lead"}),
    "groups.lead_step_down": ValidForm(after=("groups.member_lead",)),
    "groups.leave": ValidForm(after=("groups.member_lead",)),
    "groups.member_lead": ValidForm(),
    "groups.member_remove": ValidForm(),
    "groups.need_edit": ValidForm(data=NEED),
    "groups.need_new": ValidForm(data=NEED),
    "groups.need_stands": ValidForm(),
    "groups.need_state": ValidForm(data={"action": "close"}),
    "groups.new": ValidForm(who=NEWCOMER, data=GROUP),
    "groups.reopen": ValidForm(after=("groups.close",)),
    "introductions.absence": ValidForm(data=AWAY),
    "introductions.absence back": ValidForm(data={"action": "close"}, after=("introductions.absence",)),
    "introductions.act": ValidForm(data={"action": "accept", "share_address": "y"}),
    "introductions.act no": ValidForm(data={"action": "decline", "reason": "other"}),
    "introductions.act over": ValidForm(data={"action": "help"}, after=("introductions.act",)),
    "introductions.answer": ValidForm(who=VISITOR, data={"action": "accept"}, given=given.question),
    "introductions.contact": ValidForm(data={"share_address": "y"}),
    "introductions.contact nothing": ValidForm(after=("introductions.contact",)),
    "introductions.follow": ValidForm(who=NEWCOMER, given=given.closed_need),
    "introductions.group_absence": ValidForm(data=AWAY),
    "introductions.group_absence back": ValidForm(
        data={"action": "close"}, after=("introductions.group_absence",)
    ),
    "introductions.offer": ValidForm(who=NEIGHBOUR, data={"share_address": "y"}),
    "introductions.propose": ValidForm(data={"action": "accept"}, given=given.neighbour),
    "introductions.stop": ValidForm(who=VISITOR, given=given.stopping),
    "introductions.unfollow": ValidForm(who=NEWCOMER, after=("introductions.follow",)),
    "introductions.write": ValidForm(data={"body": "Bonjour."}),
    "introductions.write thanks": ValidForm(
        data={"body": "Merci !", "thanks": ""}, after=("introductions.act over",)
    ),
    "invitations.invitation": ValidForm(who=VISITOR, data=NAME, given=given.invited("zoe@example.org")),
    "invitations.invitation signed_in": ValidForm(who=NEWCOMER, given=given.invited("newcomer@example.org")),
    "invitations.invitation relay": ValidForm(
        who=VISITOR, data=NAME, given=given.invited_to_relay("zoe@example.org")
    ),
    "invitations.invitation relay signed_in": ValidForm(
        who=NEWCOMER, given=given.invited_to_relay("newcomer@example.org")
    ),
    "matching.for_me": ValidForm(who=NEIGHBOUR, after=("matching.not_for_me",)),
    "matching.hide": ValidForm(who=NEIGHBOUR),
    "matching.not_for_me": ValidForm(who=NEIGHBOUR, data={"reason": "not_now"}),
    "matching.unhide": ValidForm(who=NEIGHBOUR, after=("matching.hide",)),
    "organisers.meaning": ValidForm(
        data={"phrase": "zwirbel", "skill": "couture", "concept": "textile.sewing"}
    ),
    "organisers.page_edit": ValidForm(data={"text_fr": "## Aide\n\nAppelez-nous.", "text_en": ""}),
    "organisers.travel": ValidForm(data={"percent": "150"}),
    "organisers.travel_between": ValidForm(data={**ENDS, "way": "250"}),
    "organisers.travel_forget": ValidForm(
        data={"one": "26281", "other": "26362"}, after=("organisers.travel_between",)
    ),
    "organisers.withdraw": ValidForm(),
    "organisers.words": ValidForm(data={"phrase": "zwirbel", "kind": "same", "other": "couture"}),
    "relays.invitation_withdraw": ValidForm(),
    "relays.invite": ValidForm(data={"address": "zoe@example.org"}),
    "relays.leave": ValidForm(),
    "relays.member_remove": ValidForm(),
    "relays.reach": ValidForm(
        data={"telephone": "04 75 00 00 00", "postal_address": "2 rue du Pont", "opening_hours": "mardi"}
    ),
    "relays.new": ValidForm(data={"name": "Mairie de Romans", "kind": "town_hall", **PLACE}),
}
