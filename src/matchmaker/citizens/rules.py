"""What a citizen may answer, and the consents that are asked."""

from datetime import timedelta

from matchmaker.base.i18n import Labelled, gettext, mark, using
from matchmaker.base.verbs import Verb

HOURS_A_WEEK = (1, 2, 4, 8, 16)
RADII_KM = (2, 5, 10, 20, 50, 100)

CONFIRMATION_LASTS = timedelta(hours=24)
SIGN_UP_KEPT = timedelta(days=7)


class CitizenVerb(Verb):
    """What is put on record of sign-ups, profiles and consents."""

    STARTED = "sign_up.started"
    ANSWERED = "sign_up.answered"
    MAILED = "sign_up.mailed"
    CONFIRMED = "sign_up.confirmed"
    MADE = "profile.made"
    CHANGED = "profile.changed"
    SKILLS_CHANGED = "profile.skills_changed"
    DELETED = "profile.deleted"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"


class ConsentPurpose(Labelled):
    """What a citizen can agree to, each on its own."""

    WEEKLY_LETTER = "weekly_letter", mark("The weekly letter")
    RELAY_PROFILE = "relay_profile", mark("The profile, kept by the relay")


class ConsentChannel(Labelled):
    """How a consent was given."""

    WEB = "web", mark("On a page of this site")
    DEMO = "demo", mark("Invented for the demonstration")
    IN_PERSON = "in_person", mark("Out loud, in person")
    PAPER = "paper", mark("On paper, with a signature")
    TELEPHONE = "telephone", mark("By telephone")


RELAY_CHANNELS = (ConsentChannel.IN_PERSON, ConsentChannel.PAPER, ConsentChannel.TELEPHONE)
"""How somebody without an e-mail address says yes to their relay."""


WEEKLY_LETTER_TEXT = mark(
    "Once a week, send me the new needs that I could help with, with the reasons. "
    "I can stop it at any time by one click in each letter."
)
RELAY_PROFILE_TEXT = mark(
    "I agree that %(relay)s keeps here, for me, my first name, my commune, what I can do and how much time "
    "I have. If I give my telephone number, it is kept too. "
    "Groups see my first name and my skills, and nothing else. "
    "I can have all of it shown to me, corrected or deleted at any time: I ask %(relay)s."
)
RELAY_LETTER_TEXT = mark(
    "Once a week, let %(relay)s pass on to me the new needs that I could help with, with the reasons. "
    "I can stop it at any time: I tell %(relay)s."
)


def relay_text(purpose: ConsentPurpose, *, relay: str, locale: str) -> str:
    """The words to which somebody agrees at a relay, read to them in their language."""
    text = RELAY_LETTER_TEXT if purpose is ConsentPurpose.WEEKLY_LETTER else RELAY_PROFILE_TEXT
    with using(locale):
        return gettext(text, relay=relay)


def mailed_letter_text(locale: str) -> str:
    """The words of the weekly letter by e-mail, in the language of whoever agrees to them."""
    with using(locale):
        return gettext(WEEKLY_LETTER_TEXT)


class InvalidNumber(ValueError):
    """The text is no telephone number that somebody could be called at."""


def canonical_number(text: str) -> str:
    """The one form in which a telephone number is kept, as "+33612345678"; French without a country's code.

    Raises InvalidNumber.
    """
    # Loaded on first use: it takes longer than all else that a process starts with, and few of them read a number.
    import phonenumbers

    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException as error:
        raise InvalidNumber(text) from error
    if number.extension or not phonenumbers.is_valid_number(number):
        raise InvalidNumber(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def readable_number(number: str) -> str:
    """A kept number as people write it: "06 12 34 56 78", or "+44 20 7946 0958" for one from abroad."""
    import phonenumbers

    parsed = phonenumbers.parse(number)
    national = parsed.country_code == phonenumbers.country_code_for_region("FR")
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if national else form.INTERNATIONAL)
