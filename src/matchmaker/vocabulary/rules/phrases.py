"""A line as people write it: the phrases that it lists, and those that say what somebody cannot do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from matchmaker.base.text import fold, inclusive_forms

Tells = Callable[[str], bool]


class Knowledge(NamedTuple):
    """What a vocabulary tells of a text: whether it is a label as it stands, one in other forms, likely a skill."""

    is_label: Tells
    is_named: Tells
    is_skill: Tells


_BRACKETS = {"(": ")", "[": "]", "«": "»"}
_BULLET = re.compile(r"^\s*(?:[-–—*>+·•●▪◦‣○■□✓✔➢➤→]+|\(?\d{1,2}\s?[.)°](?=\s)|\(?[a-z]\)(?=\s))\s*", re.I)
_NUMBERED = re.compile(r"\s+(?=\(?\d{1,2}\s?[.)°]\s)")
_MARKS = "\n\r\t;|•●▪◦‣○■□✓✔➢➤…"
_SENTENCE = re.compile(r"(?<=[^\W\d_]{3})[.!?]\s+(?=[A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒ])")
_THEN = re.compile(
    r"\s+(?:(?:et|and|puis)\s+(?=j['’e]\s?|i\s|i'))|\s+(?=mais\s|par contre\s|sauf\s|hormis\s|"
    r"except[ée]?\s|à part\s|apart from\s)|(?<!conduire)(?<!conduite)"
    r"(?<!chauffeur)(?<!chauffeuse)\s+(?=sans (?:le |mon )?permis\b)|(?<!anything)(?<!everything)\s+(?=but\s)",
    re.I,
)
_JOINED = re.compile(r"\s+(?:et|and|&|\+|ainsi que|et aussi|as well as|ou|or)\s+|\s*/\s*|\s+[-–—]\s+", re.I)
_JOINER = re.compile(
    r"^(?:et aussi|et puis|ainsi que|as well as|et|and|ou|or|mais|but|puis|aussi|also|par contre)\b(?!\s*$)\s*",
    re.I,
)
# "réparer des vélos, d'ordinateurs": what begins like this goes on with what stands before the comma.
_GOES_ON = re.compile(
    r"^(?:(?:de|du|des|d['’]|à|au|aux|en|pour|avec|chez|dans|sur|par|of|for|with|to|from|in|at)\b"
    r"|d[ée]butante?s?\s+(?:bienvenu|accept)|beginners?\s+welcome)",
    re.I,
)
_TAKES_BACK = re.compile(r"^(?:(?:c['’]|ce n['’])est pas\b|non(?: merci)?$|no thanks$)", re.I)
_ARTICLE = re.compile(r"^(?:un|une|des|du|de|le|la|les|l['’]|mon|ma|mes|a|an|the|my)\b", re.I)
_AROUND = " ,;:!?|/\\•·–—-*"
_AND_SO_ON = frozenset(("etc", "et caetera", "et cetera", "entre autres", "and so on", "and more"))
_COMPLEMENT = re.compile(r"\s(?:de|du|des|d['’]|en|à|au|aux|pour|sur|of|for|in)(?:\b|(?<=['’])).*$", re.I)


def split_phrases(text: str, known: Knowledge) -> tuple[str, ...]:
    """The phrases that a line lists, in their order and as written; a label of the vocabulary stays whole.

    Commas, semicolons, line ends, bullets and sentences always part; "et", a slash or a dash only where each side is a
    skill by itself. What stands in brackets, and a comma in a number, parts nothing.
    """
    return tuple(_split(text, known))


def _split(text: str, known: Knowledge) -> Iterator[str]:
    for line in _lines(text):
        if known.is_label(line):
            yield _bare(line)
            continue
        for sentence in _SENTENCE.split(line):
            for part in _continued(list(_cut(sentence, ","))):
                for clause in _THEN.split(part):
                    yield from filter(None, map(_bare, _joined(_bare(clause), known)))


def _lines(text: str) -> Iterator[str]:
    """Lines without their bullets; "1. … 2. …" on one line are two."""
    for line in _cut(text, _MARKS):
        bulleted = _BULLET.sub("", line)
        if bulleted != line and line.strip(" (")[:1].isdigit():
            yield from (_BULLET.sub("", item) for item in _NUMBERED.split(line.strip()))
        else:
            yield bulleted


def _cut(text: str, marks: str) -> Iterator[str]:
    """Pieces of a text between some marks, which count for nothing in brackets; a comma between digits is none."""
    start, closing = 0, ""
    for at, sign in enumerate(text):
        if closing:
            closing = "" if sign == closing or sign in "\n\r" else closing
        elif sign in _BRACKETS and _BRACKETS[sign] in text[at:]:
            closing = _BRACKETS[sign]
        number = sign == "," and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
        if (not closing or sign in "\n\r") and sign in marks and not number:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _continued(parts: list[str]) -> Iterator[str]:
    """Parts between commas, with those that only go on with the one before left in one piece with it."""
    whole = ""
    for part in parts:
        stripped = part.strip()
        goes_on = _GOES_ON.match(stripped) and not _ARTICLE.match(whole.strip())
        if whole and (goes_on or _TAKES_BACK.match(stripped)):
            whole = f"{whole},{part}"
            continue
        if whole:
            yield whole
        whole = part
    yield whole


def _joined(text: str, known: Knowledge) -> Iterator[str]:
    """The sides of "et", of a slash or of a dash, where both are labels and the whole is none."""
    if not text or known.is_label(text):
        yield text
        return
    listed = [part.strip() for part in re.split(r"\s+[-–—/]\s+", text)]
    if len(listed) > 2 and len(inclusive_forms(text)) == 1 and all(listed):
        for part in listed:
            yield from _joined(part, known)
        return
    for mark in _JOINED.finditer(text):
        left, right = text[: mark.start()].strip(), text[mark.end() :].strip()
        if "/" in mark[0] and len(inclusive_forms(text)) > 1:
            continue
        rest = _COMPLEMENT.search(f" {right}")
        shared = rest is not None and known.is_named(left + rest[0])
        if not shared and known.is_skill(left):
            parts = list(_joined(right, known))
            if all(map(known.is_skill, parts)):
                yield left
                yield from parts
                return
        # "permis B et C", "cours d'anglais et d'espagnol": the right side goes on with the beginning of the left one.
        again = f"{left.rpartition(' ')[0]} {right}"
        if " " in left and known.is_label(left) and known.is_label(again):
            yield left
            yield again
            return
    yield text


def _bare(text: str) -> str:
    """A phrase without what lists put around it."""
    bare = _JOINER.sub("", " ".join(text.split()).lstrip(_AROUND).rstrip(_AROUND + "."))
    return "" if fold(bare) in _AND_SO_ON else bare


def asserted(text: str) -> str:
    """A text without the clauses in which its writer says what they cannot do; "" when nothing is left."""
    parts = [part for line in _cut(text, ";\n") for part in _continued(list(_cut(line, ",")))]
    clauses = [clause for part in parts for clause in _THEN.split(part)]
    kept = [clause for clause in clauses if not says_no(_bare(clause))]
    return text if len(kept) == len(clauses) else " ".join(kept)


_WHO = r"(?:(?:je|j|on|nous|il|elle|i|we|moi|me)\s+)?"
_BUT = r"(?:(?:mais|but|et|and|par contre|malheureusement|desole|desolee|sorry|surtout|non|no)\s+)*"
_NONE = r"(?:pas|jamais|aucun|aucune|rien|nullement)"
_NEVER = r"(?:pas|plus|jamais|aucun|aucune|guere|rien|nullement|ni)"
_FRENCH = re.compile(
    rf"^{_BUT}(?:{_WHO}(?:ne|n)\s+(?:\w+\s+){{1,3}}?{_NEVER}\b"
    rf"|{_WHO}(?:sais|sait|peux|peut|suis|est|ai|a|fais|fait|aime|conduis|veux|parle|connais)\s+{_NEVER}\b"
    rf"|(?:surtout |vraiment )?{_NONE}\s|plus (?:de|du) (?:permis|voiture|vehicule)\b"
    rf"|{_WHO}(?:y|m y)\s+(?:connais|comprends)\s+{_NEVER}\b|plus jamais\s"
    rf"|{_WHO}(?:ai )?horreur\s|allergique\s|{_WHO}(?:\w+ )?ne pas\s|evite[rz]?\s"
    r"|(?:conduire|conduite|chauffeur|chauffeuse|conducteur|conductrice) sans (?:\w+ )?permis\b"
    r"|sauf\s|hormis\s|excepte\s|a part\s|sans\s|ni\s|impossible de\s|incapable de\s|je deteste\s|zero\s"
    r"|(?:je suis |)nul(?:le)? (?:en|a|aux?|pour)\s)"
)
_ENGLISH = re.compile(
    rf"^{_BUT}(?:{_WHO}(?:can ?not|can t|cant|do not|don t|dont|am not|m not|have no|haven t|havent|won t|will not|"
    r"have never|could not|couldn t|don|isn t|is not)\s"
    r"|except\s|apart from\s|(?:anything|everything) but\s|(?:has |have |got )?no\s|not\s|never\s|without\s|"
    r"unable to\s|i hate\s|neither\s|bad at\s)"
)
_AFTERWARDS = re.compile(
    r"\b(?:c['’]|ce n['’])est pas (?:mon truc|mon fort|pour moi|mon domaine|ma tasse)\b.*$|"
    r"^\s*(?:je|j['’]|nous|on)\s*\w+ (?:très |plutôt |assez |vraiment )?mal\s*$|"
    r"\s*(?:[:(=–—-]|\s)\s*(?:non(?: merci)?|no(?: thanks)?|aucune?|pas du tout|jamais|never)\s*[).!]*\s*$",
    re.I,
)
# "Pas peur de parler", "pas que du pain" and "no problem with heights" are offers.
_YET = re.compile(
    r"\b(?:que|qu|seulement|uniquement|only|just|peur|souci|soucis|probleme|problemes|problem|problems|mal|mauvais|"
    r"mauvaise|hesite|derange|reste|pas a pas|lasse|crains|refuse|arrete|afraid|scared|mind|bad)\b"
)


@lru_cache(maxsize=1 << 16)
def says_no(text: str) -> bool:
    """Whether a phrase says what somebody cannot or will not do: "pas de permis", "I can't cook"."""
    folded = fold(text)
    found = _FRENCH.match(folded) or _ENGLISH.match(folded)
    if found is None:
        return bool(_AFTERWARDS.search(text)) and len(folded.split(" ")) > 1
    near = folded[found.start() :].split(" ")[:8]
    return not _YET.search(" ".join(near))
