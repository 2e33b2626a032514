"""A commune as people write it: its name in many ways, with its postal code before, after, or alone."""

import re
from dataclasses import dataclass, replace
from itertools import product

from matchmaker.base.text import fold
from matchmaker.places.rules.names import department_codes

LONGEST = 200
ARTICLES = ("", "le ", "la ", "les ", "l ")
WHOLE_CODE = 5

_CODE = re.compile(r"(?<!\w)(?:\d{2}[ \u00a0\u202f]?\d{3}|2[AaBb]\d{3})(?!\w)")
_PART_OF_CODE = re.compile(r"(?:^|\()\s*(\d{1,4}|2[AaBb])\s*\)?\s*$")
_ASIDE = re.compile(r"[(,]([^(),]*)\)?\s*$")
_BETWEEN_WORDS = re.compile(r"(?<=[^\W\d_]{2})\s*/\s*(?=[^\W\d_]{2})")
_CEDEX = re.compile(r" cedex\b.*$")
_QUARTER = re.compile(r"^(paris|lyon|marseille) (?:\d{1,2}|[ivx]+)(?: ?(?:er|e|eme|nd|nde))?(?: arr\w*)?$")
_DEPARTMENT = re.compile(r"(?<=[a-z]) (\d{2,3}|2[ab])$")
_LINK = re.compile(r"(?: (?:a|au|dans|de|du|d|en|la|le|l))+$")
_LONG = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody wrote of a commune: its folded name, digits of its code, and its département; any may be empty."""

    key: str = ""
    code: str = ""
    department: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The folded names that may be meant: with an article that was left out, "lez" for "lès"."""
        spelt = dict.fromkeys(
            (self.key, self.key.replace(" lez ", " les "), self.key.replace(" les ", " lez "))
        )
        return tuple(article + name for name, article in product(spelt, ARTICLES))


def commune_key(name: str) -> str:
    """The folded form of a commune's name, with the abbreviations of "saint" and "sur" written out."""
    first, *rest = [_LONG.get(word, word) for word in fold(_BETWEEN_WORDS.sub(" sur ", name)).split()] or [""]
    return " ".join((first, *("sur" if word == "s" else word for word in rest)))


def read_spelling(text: str) -> Written:
    """What was written, as "26100 Romans s/Isère", "Lyon 3e", "Valence (Drôme)", "VALENCE CEDEX" or "26 1"."""
    text = text[:LONGEST]
    code = department = ""
    found = _CODE.search(text) or _PART_OF_CODE.search(text)
    if found:
        code = re.sub(r"[^0-9AB]", "", found[0].upper())
        text = f"{text[: found.start()]} {text[found.end() :]}"
    aside = _ASIDE.search(text)
    if aside and text[: aside.start()].strip():
        department = department_codes().get(fold(aside[1]), "")
        text = text[: aside.start()]
    key = _CEDEX.sub("", commune_key(text))
    quarter = _QUARTER.match(key)
    if quarter:
        key = quarter[1]
    numbered = _DEPARTMENT.search(key)
    if numbered:
        key, department = key[: numbered.start()], numbered[1].upper()
    return Written(key=key, code=code, department=department)


def readings(written: Written) -> tuple[Written, ...]:
    """What was written, and then what else may be meant, the likelier first.

    The code of a big post office is no commune's, but tells the département; and a département may stand behind the name.
    """
    found = [written]
    if written.key and len(written.code) == WHOLE_CODE:
        overseas = written.code[:2] in {"97", "98"}
        found.append(replace(written, code="", department=written.code[: 3 if overseas else 2]))
    words = written.key.split()
    for number in range(1, len(words)):
        code = department_codes().get(" ".join(words[number:]))
        if code and not written.department:
            found.append(replace(written, key=_LINK.sub("", " ".join(words[:number])), department=code))
    if words[1:] and words[-1] == "france":
        found.append(replace(written, key=" ".join(words[:-1])))
    return tuple(found)


def whole_city(code: str) -> str:
    """The code of a commune where that of one of its municipal districts was given; any other code as it is."""
    if re.fullmatch(r"751[0-2]\d", code):
        return "75056"
    if re.fullmatch(r"6938[1-9]", code):
        return "69123"
    return "13055" if re.fullmatch(r"132[01]\d", code) else code
