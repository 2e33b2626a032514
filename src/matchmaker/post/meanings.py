"""What a mail server's refusal means: whose fault it is, and what it says about the recipient's address.

A table of stage, reply code and enhanced code (RFC 5321, RFC 3463) decides; the words beside a code count only where the
code says too little. Pure: codes and words in, frozen values out.
"""

import enum
import re
import unicodedata
from dataclasses import dataclass

ENHANCED_CODE = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.])")


class Stage(enum.StrEnum):
    """How far the conversation about a letter had come."""

    OPENING = "opening"
    SENDER = "MAIL"
    RECIPIENT = "RCPT"
    DATA = "DATA"
    BODY = "body"


class Fault(enum.StrEnum):
    """Whose fault it is that a letter was not taken."""

    RECIPIENT = "recipient"
    """Nobody is there, or the mailbox is full: the letter ends."""
    LETTER = "letter"
    """This letter is refused for good, by policy or for its content: it is offered a few times more, then it ends."""
    PASSING = "passing"
    """The server puts the letter off."""
    SERVER = "server"
    """It refuses us, whatever the letter: no other is to be tried now."""


class Bounce(enum.StrEnum):
    """What a letter that came back says about its recipient's address."""

    HARD = "hard"
    """Nobody is there: the next letter would come back too."""
    SOFT = "soft"
    """It did not arrive this time: the mailbox is full, or the server was away."""


class Words(enum.StrEnum):
    """What the words beside a code say."""

    GONE = "gone"
    FULL = "full"
    POLICY = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a refusal means for the letter at hand, and what for the next ones to its recipient."""

    fault: Fault
    bounce: Bounce | None


# RFC 3463: bad mailbox, system or syntax of the recipient; a mailbox that moved; RFC 7505: a domain that takes no mail;
# a mailbox that is disabled. Exchange: a domain that does not exist.
GONE_CODES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.310"})
# The sender's address (1.7 and 1.8), a relay that breaks the rules (1.9), and a letter that is too long (2.3, 3.4).
_OURS = frozenset({"1.7", "1.8", "1.9", "2.3", "3.4"})
# What is left of the mail system, the protocol, the content and the policy is between the two servers. A system that
# puts every try off until the letter is given up does not work for its user either.
_BETWEEN_SERVERS = {"5": frozenset("3567"), "4": frozenset("567")}
# Codes that say no more than that it failed, so that the words beside them count. Exchange answers 5.4.1 for its users.
_VAGUE = frozenset({"0.0", "1.0", "2.0", "3.0", "4.0", "4.1", "5.0"})

_ANY = frozenset(Stage)
# The first line that fits decides. "-" stands where there is no enhanced code.
TABLE = tuple(
    (stages, re.compile(pattern), fault)
    for stages, pattern, fault in (
        (_ANY, r"421 .*", Fault.SERVER),
        (_ANY, r"(?![45]\d\d ).*", Fault.SERVER),
        (frozenset({Stage.SENDER}), r"4.*", Fault.PASSING),
        (frozenset({Stage.OPENING, Stage.SENDER}), r".*", Fault.SERVER),
        (_ANY, r"4.*", Fault.PASSING),
        # Sign in first.
        (_ANY, r"53[0458] .*", Fault.SERVER),
        (_ANY, r"5\d\d 5\.(1\.([1236]|10)|2\.[12]|4\.310)", Fault.RECIPIENT),
        # laposte.net and outlook.com: no such mailbox.
        (_ANY, r"550 5\.5\.0", Fault.RECIPIENT),
        # RFC 5321: the mailbox is unavailable, elsewhere or not allowed, where the server says no more than that.
        # After the recipient was taken it is about the content.
        (frozenset({Stage.RECIPIENT}), r"55[013] -", Fault.RECIPIENT),
        (_ANY, r".*", Fault.LETTER),
    )
)

_WHO = r"(user|local[ -]part|recipient|mailbox|account|address(ee)?|e-?mail( address| account)?|login|customer|subscriber)"
_QUI = r"(utilisateur|destinataire|adresse|compte|boite( aux lettres)?|abonne)"
_GONE_WORDS = re.compile(
    rf"{_WHO} (is |was |name )?(unknown|invalid|inexistent|nonexistent)|(unknown|invalid|no such|no|bad) (local )?{_WHO}\b"
    rf"|{_WHO} (is |was |has )?(not|n't) (be )?(found|known|exist|valid|listed|registered|a (known|valid))"
    rf"|{_WHO}\S* .{{0,60}}(is|was|has been) (disabled|inactive|suspended|closed|deleted|terminated|deactivated)"
    r"|(does ?n[o']?t|do not|did not|no longer) exist|does ?n[o']?t have an? .{0,60}(account|mailbox)"
    r"|no (such )?(mailbox|person) (here|by that name|at this address)|recip(ient)? ?not ?found|bad destination mailbox"
    r"|not a known user|recipient address rejected: access denied|adrexrecipnotfound"
    rf"|{_QUI}\b.{{0,60}}\b(inconnue?s?|inexistante?s?|invalides?|introuvables?|desactivee?|fermee?|supprimee?|suspendue?)"
    rf"|{_QUI}\b.{{0,40}}\b(archivee?|resiliee?|inactif|inactive)|n'existe (pas|plus)"
)
_FULL_WORDS = re.compile(
    r"(mail)?box( is| of .{0,60})? full|full (mail)?box|over ?-?quota|quota (is |was |has been )?(exceeded|full)"
    r"|(exceed\w*|above|out of|over|reached) (\w+ ){0,4}(quota|storage|limit on mail)|mailbox (size )?(limit )?exceeded"
    r"|insufficient (disk|storage|space)|quotaexceeded"
    r"|boite\b.{0,60}\b(pleine|saturee)|quota\b.{0,40}\b(depasse|atteint)|espace .{0,20}insuffisant"
)
_POLICY_WORDS = re.compile(
    r"spam|junk|block(ed|list|ing)|black ?list|policy|reputation|dmarc|\bspf\b|dkim|denied|relay|not (permitted|allowed)"
    r"|prohibited|virus|content|authenticat|(service|mail|message|content) refuse|refused by|rejete|plus tard"
    r"|try (again )?later|too many|rate ?limit"
)


def what_words_say(words: str) -> Words | None:
    """What an answer's words say about the recipient, in English or French; None if they say nothing, or two things."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", words) if not unicodedata.combining(sign)
    ).lower()
    plain = " ".join(plain.replace("\u2019", "'").split())
    gone, full = _GONE_WORDS.search(plain), _FULL_WORDS.search(plain)
    if gone and full:
        return None
    if gone or full:
        return Words.GONE if gone else Words.FULL
    return Words.POLICY if _POLICY_WORDS.search(plain) else None


def judge(code: str, words: str = "", *, reply: str = "") -> Bounce | None:
    """What an enhanced status code (``5.1.1``) says about the recipient; None if the fault is not theirs.

    A full mailbox (5.2.2) is soft: it may be emptied. So is a failure without further words (5.0.0) and one on the way
    (5.4.x): no more is known than that the letter did not arrive. ``words`` weigh over a code that says as little as
    these, and a mailbox that they call full is full, whatever the code; ``reply`` is the code of SMTP, where it is known.
    """
    kind, _, detail = code.partition(".")
    said = what_words_say(words)
    if code in GONE_CODES:
        return Bounce.SOFT if said is Words.FULL else Bounce.HARD
    if kind == "5" and detail in _VAGUE and said is not None:
        return {Words.GONE: Bounce.HARD, Words.FULL: Bounce.SOFT, Words.POLICY: None}[said]
    if code == "5.5.0" and reply == "550":
        return Bounce.HARD
    if detail in _OURS or detail.partition(".")[0] in _BETWEEN_SERVERS.get(kind, ()):
        return None
    return Bounce.SOFT if kind in _BETWEEN_SERVERS else None


def verdict_on(stage: Stage, code: int, words: str) -> Verdict:
    """What it means that a server answered ``code`` and ``words`` at ``stage``, and did not take the letter."""
    found = ENHANCED_CODE.match(words)
    enhanced = found[0] if found else None
    said = f"{code} {enhanced or '-'}"
    fault = next(fault for stages, pattern, fault in TABLE if stage in stages and pattern.fullmatch(said))
    vague = enhanced is None or enhanced.partition(".")[2] in _VAGUE
    if vague and fault in {Fault.RECIPIENT, Fault.LETTER}:
        told = what_words_say(words)
        if told is not None:
            fault = Fault.LETTER if told is Words.POLICY else Fault.RECIPIENT
    return Verdict(fault=fault, bounce=_bounce(fault, code, enhanced, words))


def _bounce(fault: Fault, code: int, enhanced: str | None, words: str) -> Bounce | None:
    if fault is Fault.SERVER:
        return None
    if enhanced is not None:
        # What the server puts off is not gone, whatever else it says.
        return judge(f"{code // 100}{enhanced[1:]}", words, reply=str(code))
    # A relay that is set up wrong says 550 without more of every recipient: it must not cost them all their letters.
    if fault is Fault.RECIPIENT or code == 450:
        return judge(f"{code // 100}.0.0", words)
    return None
