"""Where an introduction stands, in words to whoever reads it."""

from matchmaker.base.i18n import gettext, mark
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Party, State

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
