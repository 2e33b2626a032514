"""What a territory's people taught about its words: clues of single people, and what several of them make worth asking."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from matchmaker.base.text import fold
from matchmaker.vocabulary.rules import VerdictKind

FEWEST_PEOPLE = 3
"""With fewer people than this who say the same, a phrase could tell who is meant, and is shown to nobody."""


class Evidence(StrEnum):
    """What somebody did that tells what a phrase means: the first two for a concept, the last two against it."""

    CHOSEN = "chosen"
    HELPED = "helped"
    DISMISSED = "dismissed"
    DECLINED = "declined"


FOR = frozenset((Evidence.CHOSEN, Evidence.HELPED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """That one citizen's deed tells whether a phrase of theirs means a concept."""

    phrase: str
    concept_id: str
    citizen_id: int
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """That a phrase means a concept, or never does, with how many people each kind of evidence comes from."""

    phrase: str
    concept_id: str
    kind: VerdictKind
    people: int
    evidence: Mapping[Evidence, int]


Worth = Callable[[str, str, VerdictKind], bool]
"""Whether deciding that a phrase means a concept, or never does, would change anything."""


def proposals_from(clues: Iterable[Clue], *, worth: Worth) -> list[Proposal]:
    """What at least FEWEST_PEOPLE say, and more of them than say the opposite; what most of them say first.

    Spellings that differ by case, accents or signs are one phrase, written as most wrote it. Who gave several clues
    counts once.
    """
    by_pair: dict[tuple[str, str], list[Clue]] = defaultdict(list)
    for clue in clues:
        by_pair[fold(clue.phrase), clue.concept_id].append(clue)
    found = []
    for (_, concept_id), some in by_pair.items():
        speaks_for = {clue.citizen_id for clue in some if clue.evidence in FOR}
        against = {clue.citizen_id for clue in some if clue.evidence not in FOR}
        people = max(len(speaks_for), len(against))
        if people < FEWEST_PEOPLE or len(speaks_for) == len(against):
            continue
        kind = VerdictKind.SAME if len(speaks_for) > len(against) else VerdictKind.NEVER
        phrase = _usual_spelling(some)
        if worth(phrase, concept_id, kind):
            counts = Counter(evidence for evidence, _ in {(clue.evidence, clue.citizen_id) for clue in some})
            found.append(
                Proposal(
                    phrase=phrase,
                    concept_id=concept_id,
                    kind=kind,
                    people=people,
                    evidence={one: counts[one] for one in Evidence if counts[one]},
                )
            )
    return sorted(found, key=lambda one: (-one.people, one.phrase, one.concept_id))


def _usual_spelling(clues: Iterable[Clue]) -> str:
    spellings = Counter(clue.phrase for clue in clues)
    return min(spellings, key=lambda text: (-spellings[text], text))
