"""What a refusal means: by stage, reply code and enhanced code; by its words where these say too little."""

import pytest

from matchmaker.post.meanings import Bounce, Fault, Stage, Words, judge, verdict_on, what_words_say

GONE = [
    "User unknown",
    "Unknown user: amina",
    "unknown local part amina in <…>",
    "No such user here",
    "no such mailbox",
    "Recipient address rejected: User unknown in virtual mailbox table",
    "The email account that you tried to reach does not exist.",
    "This user doesn't have a yahoo.com account (…) [0]",
    "Sorry, no mailbox here by that name. (#5.1.1)",
    "Invalid recipient",
    "invalid mailbox. Local mailbox … is unavailable: user not found",
    "RESOLVER.ADR.RecipNotFound; not found",
    "account is disabled",
    "The user you are trying to contact: mailbox has been deactivated",
    "Recipient address rejected: Access denied",
    "Adresse destinataire invalide. Invalid recipient. OFR_416",
    "Adresse d au moins un destinataire invalide",
    "Utilisateur inconnu",
    "Boîte du destinataire archivée. Archived recipient",
    "Cette adresse n’existe pas",
    "Destinataire inconnu",
    "le compte a été désactivé",
]
FULL = [
    "Mailbox full",
    "mailbox is full",
    "The email account that you tried to reach is over quota.",
    "Quota exceeded (mailbox for user is full)",
    "user has exceeded their disk space quota",
    "mailbox size limit exceeded",
    "STOREDRV.Deliver.Exception:QuotaExceededException",
    "La boîte du destinataire est saturée. Mailbox full",
    "boite aux lettres pleine",
    "Quota de la boîte dépassé",
]
POLICY = [
    "Service refuse. Veuillez essayer plus tard. service refused, please try later. LPN007_510",
    "Mail rejeté. Mail rejected. OFR_506",
    "blocked as spam",
    "Client host rejected: Access denied",
    "message refused by DMARC policy",
    "relay not permitted",
]
NOTHING = [
    "",
    "failed",
    "Requested action not taken",
    "user unknown or mailbox full",
    "the host 5.1.1.4 is not known",
]


@pytest.mark.parametrize(
    ("words", "said"),
    [(words, Words.GONE) for words in GONE]
    + [(words, Words.FULL) for words in FULL]
    + [(words, Words.POLICY) for words in POLICY]
    + [(words, None) for words in NOTHING],
)
def test_what_words_say_in_english_and_french(words: str, said: Words | None) -> None:
    assert what_words_say(words) is said


@pytest.mark.parametrize(
    ("code", "words", "bounce"),
    [
        ("5.0.0", "550 Unknown user", Bounce.HARD),
        ("5.0.0", "552 boîte pleine", Bounce.SOFT),
        ("5.0.0", "550 refused by policy", None),
        ("5.3.0", "550 Unknown user", Bounce.HARD),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", Bounce.HARD),
        ("5.2.0", "550 5.2.0 Mail rejete. Mail rejected. ofr_506", None),
        ("5.1.1", "552 5.1.1 La boite du destinataire est saturee", Bounce.SOFT),
        # Where the code says enough, the words do not count: a policy may speak of users.
        ("5.7.1", "550 5.7.1 no such user for you", None),
        ("5.1.1", "550 5.1.1 blocked", Bounce.HARD),
        ("4.2.1", "450 4.2.1 user unknown, try again later", Bounce.SOFT),
    ],
)
def test_words_weigh_over_a_code_that_says_too_little(code: str, words: str, bounce: Bounce | None) -> None:
    assert judge(code, words) is bounce


@pytest.mark.parametrize(
    ("stage", "code", "words", "fault", "bounce"),
    [
        (Stage.OPENING, 554, "no service for you", Fault.SERVER, None),
        (Stage.SENDER, 550, "5.1.1 unknown", Fault.SERVER, None),
        (Stage.SENDER, 451, "4.3.0 later", Fault.PASSING, Bounce.SOFT),
        (Stage.RECIPIENT, 421, "4.2.1 too many", Fault.SERVER, None),
        (Stage.RECIPIENT, 250, "what?", Fault.SERVER, None),
        (Stage.RECIPIENT, 530, "5.7.0 sign in first", Fault.SERVER, None),
        (Stage.RECIPIENT, 550, "5.1.1 unknown", Fault.RECIPIENT, Bounce.HARD),
        (Stage.RECIPIENT, 552, "5.2.2 full", Fault.RECIPIENT, Bounce.SOFT),
        (Stage.RECIPIENT, 550, "5.5.0 Adresse destinataire invalide", Fault.RECIPIENT, Bounce.HARD),
        (Stage.RECIPIENT, 550, "5.5.0 mailbox unavailable (S2017062302)", Fault.RECIPIENT, Bounce.HARD),
        (Stage.RECIPIENT, 550, "5.5.0 Service refuse, plus tard. LPN007_510", Fault.LETTER, None),
        (Stage.RECIPIENT, 554, "5.5.0 protocol", Fault.LETTER, None),
        (Stage.RECIPIENT, 503, "bad sequence", Fault.LETTER, None),
        (Stage.RECIPIENT, 554, "5.7.1 no", Fault.LETTER, None),
        (Stage.RECIPIENT, 550, "who knows", Fault.RECIPIENT, Bounce.SOFT),
        (Stage.RECIPIENT, 550, "blocked as spam", Fault.LETTER, None),
        (Stage.RECIPIENT, 554, "no such user", Fault.RECIPIENT, Bounce.HARD),
        # Whoever was taken at RCPT is there: after it a bare 550 is about the letter.
        (Stage.BODY, 550, "who knows", Fault.LETTER, None),
        (Stage.BODY, 550, "mailbox full", Fault.RECIPIENT, Bounce.SOFT),
        (Stage.BODY, 554, "5.6.0 not this", Fault.LETTER, None),
        (Stage.DATA, 451, "4.7.1 later", Fault.PASSING, None),
    ],
)
def test_a_refusal_means_what_its_stage_and_codes_say(
    stage: Stage, code: int, words: str, fault: Fault, bounce: Bounce | None
) -> None:
    verdict = verdict_on(stage, code, words)
    assert (verdict.fault, verdict.bounce) == (fault, bounce)
