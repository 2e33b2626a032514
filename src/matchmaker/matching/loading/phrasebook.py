"""Phrases as the territories understand them, and the judge that each territory's verdicts make."""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Row
from sqlalchemy.orm import Session

from matchmaker.matching.rules import Matcher, Weights
from matchmaker.vocabulary import service as vocabulary
from matchmaker.vocabulary.rules import LIMITS, Level, Phrase, Verdict

Written = tuple[str, str, str | None]
"""A phrase as written, its language, and the concept that a person chose for it, if one did."""

Levelled = tuple[Written, Level | None]
"""The same, with what was ticked beside it."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Phrasebook:
    """The judge of one vocabulary under some verdicts, and the phrases that this process has met, resolved by them."""

    KEPT = 50_000

    def __init__(self, lexicon: vocabulary.Lexicon, verdicts: Collection[Verdict] = ()) -> None:
        self.verdicts = verdicts
        self.matcher = Matcher(lexicon.vocabulary, verdicts=verdicts)
        self._lexicon = lexicon
        self._resolver = lexicon.resolver.with_verdicts(verdicts)
        self._known: dict[Written, Phrase] = {}

    def judge(self, weights: Weights) -> Matcher:
        """The judge by other weights; that of the weights in use is kept."""
        if weights == self.matcher.weights:
            return self.matcher
        return Matcher(self.matcher.vocabulary, weights=weights, verdicts=self.verdicts)

    def phrases(self, session: Session, written: Iterable[Written]) -> dict[Written, Phrase]:
        """Each phrase with its concepts: a person's choice, else what is kept, else resolved now and not kept.

        What is kept is everybody's, so that a phrase of which a verdict speaks is always resolved by itself.
        """
        wanted = set(written)
        found = {one: phrase for one in wanted if (phrase := self._known.get(one)) is not None}
        missing = wanted - found.keys()
        if missing:
            kept = vocabulary.kept_resolutions(
                session,
                [
                    (text, language)
                    for text, language, chosen in missing
                    if chosen is None and not self._is_judged(text)
                ],
            )
            for text, language, chosen in missing:
                if chosen is not None:
                    phrase = self._lexicon.chosen_phrase(text=text, language=language, concept_id=chosen)
                else:
                    known = kept.get((vocabulary.phrase_key(text), language))
                    resolutions = None if self._is_judged(text) else known
                    if resolutions is None:
                        # The title of a need may be longer than a skill; what the resolver reads is capped.
                        resolutions = self._resolver.resolve(text[: LIMITS.phrase], language=language)
                    phrase = Phrase(text=text, language=language, resolutions=resolutions)
                found[text, language, chosen] = phrase
            if len(self._known) > self.KEPT:
                self._known.clear()
            self._known.update(found)
        return found

    def names_skill(self, written: Written) -> bool:
        """Whether a phrase names a skill, rather than what its writer cannot do."""
        text, _, chosen = written
        return chosen is not None or not self._resolver.is_refusal(text)

    def _is_judged(self, text: str) -> bool:
        return self._resolver.decisions.is_declared(text[: LIMITS.phrase])


_phrasebooks: OrderedDict[tuple[str, tuple[Verdict, ...]], Phrasebook] = OrderedDict()
_lock = Lock()
_PHRASEBOOKS_KEPT = 16


def phrasebooks(session: Session, territory_ids: Iterable[int]) -> Mapping[int, Phrasebook]:
    """The phrasebook of each territory in the given order; those with the same verdicts, as with none, share one.

    Built once a process for each state of the vocabulary and of the verdicts, which are read anew each time: whatever
    process declares or withdraws one, all see it at their next request.
    """
    lexicon = vocabulary.lexicon(session)
    in_force = vocabulary.verdicts_in_force(session, tuple(dict.fromkeys(territory_ids)))
    books = {}
    for territory_id, verdicts in in_force.items():
        key = (lexicon.key, verdicts)
        with _lock:
            book = _phrasebooks.pop(key, None) or Phrasebook(lexicon, verdicts)
            _phrasebooks[key] = books[territory_id] = book
            while len(_phrasebooks) > _PHRASEBOOKS_KEPT:
                _phrasebooks.popitem(last=False)
    return books


def phrasebook(session: Session, territory_id: int) -> Phrasebook:
    """The phrasebook of one territory."""
    return phrasebooks(session, [territory_id])[territory_id]


def written_in(row: Row[*tuple[Any, ...]]) -> Written:
    """The phrase of a row of skills."""
    return row.phrase, row.language, row.concept_id if row.confirmed else None


def at_level(phrase: Phrase, level: Level | None) -> Phrase:
    """The phrase with what was ticked beside it."""
    return phrase if level is None else replace(phrase, level=level)


def gathered(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """The values of each key, in the order in which they come."""
    found: dict[Key, list[Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
