"""An introduction as its sides see it: where it stands, in words, and who or what is on the other side."""

from flask import url_for

from matchmaker.base.i18n import get_locale, gettext, mark
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import IN_FORCE, OPEN, Party, State
from matchmaker.matching import cards
from matchmaker.matching import queries as matching_queries
from matchmaker.matching.rules import match_from_mapping
from matchmaker.web import now, reading

_TO_CITIZEN = {
    State.SUGGESTED: mark("An organiser thinks that you could help here. Do you want to?"),
    State.OFFERED: mark("You offered your help. The group has not answered yet."),
    State.PROPOSED: mark("The group would like your help. Do you want to?"),
    State.ACCEPTED: mark("You both agree. Get in touch, then say what came of it."),
    State.MET: mark("You have met. Say what came of it when you know."),
    State.HELPED: mark("Done: you helped. Thank you!"),
    State.NOT_HELPED: mark("Done, without help this time."),
    State.UNREACHED: mark("Ended: one could not reach the other."),
    State.DECLINED: mark("Ended with a no."),
    State.WITHDRAWN: mark("You withdrew."),
    State.RETRACTED: mark("Whoever asked you took the question back."),
}
_TO_GROUP = {
    State.SUGGESTED: mark("An organiser thinks that this person could help you. Do you accept?"),
    State.OFFERED: mark("This person offers you their help. Do you accept?"),
    State.PROPOSED: mark("You asked this person. They have not answered yet."),
    State.ACCEPTED: mark("You both agree. Get in touch, then say what came of it."),
    State.MET: mark("You have met. Say what came of it when you know."),
    State.HELPED: mark("Done: this person helped you."),
    State.NOT_HELPED: mark("Done, without help this time."),
    State.UNREACHED: mark("Ended: one could not reach the other."),
    State.DECLINED: mark("Ended with a no."),
    State.WITHDRAWN: mark("The person withdrew."),
    State.RETRACTED: mark("The question was taken back."),
}


def state_text(introduction: Introduction, party: Party) -> str:
    """Where an introduction stands, to one of its sides or to an organiser, in the language in force."""
    if introduction.closed_because is not None:
        return gettext(introduction.closed_because.label) + "."
    if party is Party.ORGANISER:
        return gettext(introduction.state.label) + "."
    texts = _TO_CITIZEN if party is Party.CITIZEN else _TO_GROUP
    return gettext(texts[introduction.state])


def need_side(introduction: Introduction) -> cards.NeedCard:
    """The need, as its citizen sees it: with the reasons as they were when it began."""
    return cards.need_card(
        introduction.need,
        to=url_for,
        locale=get_locale(),
        match=match_from_mapping(introduction.match) if introduction.match else None,
        state=matching_queries.need_state(introduction.need, now=now()),
    )


def citizen_side(introduction: Introduction) -> cards.CitizenCard | None:
    """The citizen, as a group sees them before anybody agreed: first name, commune, and the skills in question.

    None once they have left, and when it has ended and they hide from the group.
    """
    if introduction.citizen is None or introduction.match is None:
        return None
    over = introduction.state not in OPEN | IN_FORCE
    if over and matching_queries.hides_from(
        reading(), citizen_id=introduction.citizen.id, group_id=introduction.group_id
    ):
        return None
    return cards.citizen_card(
        introduction.citizen, match=match_from_mapping(introduction.match), all_skills=False
    )
