"""Words as people write them: folding, inclusive forms, and what two forms of one word share."""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
from functools import lru_cache

import snowballstemmer
from anyascii import anyascii

_WORD = re.compile(r"[a-z0-9][a-z0-9+#]*")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'"})

_FRENCH_FILLERS = """
    a au aux avec ce ces cet cette chez d dans de des du elle elles en entre est et eux il ils j je l la le
    les leur leurs lors m ma mes moi mon n ne nos notre nous on ou par pour qu que qui s sa se ses si
    sur t te tes toi ton tu un une unes uns via vos votre vous y
"""
_ENGLISH_FILLERS = """
    an and are as at be by for from i in into is it its my of on or our that the their them this through to
    using with within you your
"""
FILLERS = frozenset((_FRENCH_FILLERS + _ENGLISH_FILLERS).split())
"""Articles, prepositions and pronouns, which carry no skill: "sans", "sous", "vers", "pas" and "tout" do."""

_ONLY_FRENCH = frozenset(_FRENCH_FILLERS.split()) - frozenset(_ENGLISH_FILLERS.split()) - {"a"}
_ONLY_ENGLISH = frozenset(_ENGLISH_FILLERS.split()) - frozenset(_FRENCH_FILLERS.split())
_ACCENTS = re.compile("[àâçèéêëîïôùûœ]")


def language_of(text: str) -> str | None:
    """The language in which a short text probably is, by its small words and accents: "fr", "en", or None in doubt."""
    words = fold(text).split()
    french = sum(word in _ONLY_FRENCH for word in words) + bool(_ACCENTS.search(text.lower()))
    english = sum(word in _ONLY_ENGLISH for word in words)
    if french == english:
        return None
    return "fr" if french > english else "en"


def without_addresses(text: str) -> str:
    """A text, as what a mail server said, with "…" in place of each e-mail address."""
    return _ADDRESS.sub("…", text)


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Lower case without accents, ligatures, punctuation or emoji, one space between words; `+` and `#` stay."""
    plain = text.translate(_APOSTROPHES)
    if not plain.isascii():
        # An emoji would be spelt out, in English, by up to seven words that nobody wrote.
        plain = anyascii("".join(" " if unicodedata.category(sign) == "So" else sign for sign in plain))
    return " ".join(_WORD.findall(plain.lower()))


def accented(text: str) -> frozenset[int]:
    """The places, among the letters and digits of a text, of those that bear an accent."""
    signs = [sign for sign in unicodedata.normalize("NFC", text) if sign.isalnum()]
    return frozenset(at for at, sign in enumerate(signs) if len(unicodedata.normalize("NFD", sign)) > 1)


def name_key(name: str) -> str:
    """64 hexadecimal digits that two names share which people take for one: `L'Épicerie`, `l’épicerie`.

    Nothing of a name can be read in them, which somebody may have to be taken out of.
    """
    return hashlib.sha256((fold(name) or name.casefold()).encode()).hexdigest()


def alphabetical(name: str) -> tuple[str, str]:
    """Sorts names as a French dictionary does: accents and capitals count only between names that are else the same.

    Databases sort by their own rules, and SQLite by bytes, where "Éclair" comes after "Zeste".
    """
    return fold(name), name


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text, in their order."""
    folded = fold(text)
    return tuple(folded.split(" ")) if folded else ()


@lru_cache(maxsize=1 << 16)
def telling_words(text: str) -> tuple[str, ...]:
    """The folded words without fillers; all of them when there are only fillers.

    The last word is none: nothing comes after it that it could join, as in "permis D".
    """
    every = words(text)
    told = tuple(word for word in every[:-1] if word not in FILLERS)
    return every if not told and every[-1:] and every[-1] in FILLERS else (*told, *every[-1:])


_ENDING = (
    r"(?:ières?|ieres?|ères?|eres?|euses?|trices?|rices?|ices?|ennes?|onnes?|nnes?|nes?|lles?|les?|ttes?|tes?|"
    r"ves?|ffes?|fes?|sses?|ses?|ches?|es?)"
)
_DOTTED = re.compile(
    rf"(?P<base>[^\W\d_]{{3,}})(?:[·•‧∙]|\.(?=[^\W\d_]))(?P<ending>{_ENDING})(?P<plural>[·•‧∙.]s|s)?(?![^\W\d_])",
    re.I,
)
_BRACKETED = re.compile(rf"(?P<base>[^\W\d_]{{3,}})\((?P<ending>{_ENDING})\)(?P<plural>s)?(?![^\W\d_])", re.I)
_SLASHED = re.compile(rf"(?P<base>[^\W\d_]{{3,}})/-?(?P<ending>{_ENDING})(?P<plural>)(?![^\W\d_])", re.I)
_DASHED = re.compile(
    r"(?P<base>[^\W\d_]{3,})-(?P<ending>ières?|ères?|euses?|trices?|rices?|nes?|(?<=[tdr]-)es?)(?P<plural>-s)?(?![\w-])",
    re.I,
)
# Without one of these no text is in inclusive writing, and most labels have none.
_MARKS = frozenset("·•‧∙.(/-")
_TWO_WORDS = re.compile(r"(?P<one>[^\W\d_][\w’'-]{2,})\s*/\s*(?P<other>[^\W\d_][\w’'-]{2,})")

# An ending as written after the mark, the masculine ending that it replaces, and the feminine one.
_FEMININE = (
    ("trice", "teur", "trice"),
    ("rice", "teur", "trice"),
    ("ice", "teur", "trice"),
    ("euse", "eur", "euse"),
    ("euse", "eux", "euse"),
    ("iere", "ier", "ière"),
    ("ere", "er", "ère"),
    ("ve", "f", "ve"),
    ("se", "eur", "euse"),
    ("se", "x", "se"),
    ("che", "c", "che"),
    ("enne", "en", "enne"),
    ("onne", "on", "onne"),
    ("ffe", "f", "ffe"),
    ("fe", "f", "ffe"),
    ("nne", "n", "nne"),
    ("lle", "l", "lle"),
    ("tte", "t", "tte"),
    ("esse", "e", "esse"),
    ("sse", "e", "esse"),
)


def _feminine(masculine: str, ending: str) -> str:
    folded = fold(ending)
    for written, old, new in _FEMININE:
        if folded == written and masculine.lower().endswith(old):
            return masculine[: len(masculine) - len(old)] + new
    return masculine + ending


def _marked_forms(match: re.Match[str]) -> tuple[str, str]:
    base, ending = match["base"], match["ending"]
    many = bool(match["plural"])
    if ending.endswith("s") and ending.lower() != "s":
        ending, many = ending[:-1], True
    feminine = _feminine(base, ending)
    if many:
        masculine = base if base.endswith(("s", "x")) else base + "s"
        return masculine, feminine + "s"
    return base, feminine


def _gender_twins(one: str, other: str) -> bool:
    """Whether two words are a masculine and a feminine of one job name, told by how they begin."""
    first, second = fold(one), fold(other)
    return len(first) > 3 and len(second) > 3 and first[:3] == second[:3] and first != second


def _full_forms(text: str) -> tuple[str, str] | None:
    left, slash, right = (part.strip() for part in text.partition("/"))
    if slash and left and right and "/" not in right:
        one, other = left.split(), right.split()
        rest = other[len(one) :]
        if len(one) <= len(other) and all(
            fold(a) == fold(b) or _gender_twins(a, b) for a, b in zip(one, other, strict=False)
        ):
            return " ".join([*one, *rest]), right
        if len(one) > len(other) > 1 and _gender_twins(one[0], other[0]):
            return left, right
    pair = _TWO_WORDS.search(text)
    if pair and _gender_twins(pair["one"], pair["other"]):
        before, after = text[: pair.start()], text[pair.end() :]
        return before + pair["one"] + after, before + pair["other"] + after
    return None


@lru_cache(maxsize=1 << 16)
def inclusive_forms(text: str) -> tuple[str, ...]:
    """The masculine and the feminine of a text in inclusive writing; any other text gives itself alone.

    Reads `menuisier·ère`, `menuisier.ère`, `menuisier(ère)`, `menuisier/ère`, `menuisier-ère` and
    `Abatteur / Abatteuse de carrière`; several words of one text agree.
    """
    if _MARKS.isdisjoint(text):
        return (text,)
    masculine, feminine = text, text
    for pattern in (_DOTTED, _BRACKETED, _SLASHED, _DASHED):
        masculine = pattern.sub(lambda found: _marked_forms(found)[0], masculine)
        feminine = pattern.sub(lambda found: _marked_forms(found)[1], feminine)
    if "/" in text and masculine == text:
        forms = _full_forms(text)
        if forms:
            masculine, feminine = forms
    return (masculine,) if masculine == feminine else (masculine, feminine)


@lru_cache(maxsize=1 << 16)
def folded_forms(text: str) -> tuple[str, ...]:
    """The distinct inclusive forms of a text, folded; none of a text without letters and digits."""
    return tuple(dict.fromkeys(folded for form in inclusive_forms(text) if (folded := fold(form))))


def spellings(text: str) -> tuple[str, ...]:
    """Every way in which one label with middle dots is written: both genders and the inclusive variants."""
    forms = inclusive_forms(text)
    if len(forms) == 1 or "·" not in text:
        return forms
    written = [text]
    written += [_DOTTED.sub(pattern, text) for pattern in (r"\g<base>/\g<ending>", r"\g<base>(\g<ending>)")]
    return tuple(dict.fromkeys((*forms, *written)))


class _Stemmers(threading.local):
    """A stemmer keeps the word at hand in itself: two threads that shared one would break each other's words."""

    def __init__(self) -> None:
        self.fr = snowballstemmer.stemmer("french")
        self.en = snowballstemmer.stemmer("english")


_STEMMERS = _Stemmers()

# Folded feminine endings of job names and the masculine ones, which Snowball keeps apart.
_JOB_ENDINGS = (("euse", "eur"), ("trice", "teur"), ("iere", "ier"))


SHORT_STEM = 5
"""A stem of fewer letters is shared by words that have nothing in common: "amis" and "amiante", "mail" and "maille"."""


@lru_cache(maxsize=1 << 17)
def stem(word: str, language: str) -> str:
    """What the forms of one folded word share: number and gender, mostly noun and verb too.

    "reparation" and "reparer" give "repar", "developpeuse" and "developpeur" give "develop". Where so little is left
    that other words have it too, only number and gender fall, and the endings of verbs. Words of up to three letters
    are left alone.
    """
    if len(word) <= 3:
        return word
    if language == "en":
        found = str(_STEMMERS.en.stemWord(word))
        inflects = len(found) >= SHORT_STEM or word.endswith(("s", "ed", "ing"))
        return found if inflects else singular(word)
    single = word[:-1] if word.endswith("s") and not word.endswith("ss") else word
    for feminine, masculine in _JOB_ENDINGS:
        if single.endswith(feminine) and len(single) - len(feminine) >= 3:
            single = single.removesuffix(feminine) + masculine
            break
    found = str(_STEMMERS.fr.stemWord(single))
    if found.endswith("eur") and len(found) >= 7:
        found = found[:-3]
    if len(found) > 4 and found[-1] == found[-2]:
        found = found[:-1]
    return found if len(found) >= SHORT_STEM else _VERB_ENDING.sub("", singular(word))


_VERB_ENDING = re.compile(r"(?<=[a-z]{3})(?:er|ez|ent|ons|e)$")
_FEMININE_ENDINGS = (
    ("euse", "eur"),
    ("trice", "teur"),
    ("iere", "ier"),
    ("enne", "en"),
    ("onne", "on"),
    ("ante", "ant"),
    ("ente", "ent"),
    ("ive", "if"),
)


@lru_cache(maxsize=1 << 16)
def singular(word: str) -> str:
    """A folded word without the sign of the plural, and jobs in their masculine: what changes no meaning."""
    if len(word) > 4 and word.endswith("aux"):
        return word[:-1] if word.endswith("eaux") else word[:-3] + "al"
    single = word[:-1] if len(word) > 3 and word.endswith(("s", "eux")) and not word.endswith("ss") else word
    for feminine, masculine in _FEMININE_ENDINGS:
        if single.endswith(feminine) and len(single) - len(feminine) >= 3:
            return single.removesuffix(feminine) + masculine
    return single


def stems(text: str, language: str) -> tuple[str, ...]:
    """The stems of the telling words of a text, in their order."""
    return tuple(stem(word, language) for word in telling_words(text))
