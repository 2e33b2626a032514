"""Founding territories, and resolving what people type to the vocabulary that is loaded."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from matchmaker.catalogue.models import (
    Challenge,
    Commune,
    Concept,
    ConceptLabel,
    ConceptRelation,
    FalseFriend,
    Organiser,
    ResolvedPhrase,
    Territory,
    TerritoryCommune,
    VocabularySource,
)
from matchmaker.catalogue.rules import Concept as ConceptValue
from matchmaker.catalogue.rules import (
    Label,
    Phrase,
    Relation,
    Resolution,
    Resolver,
    Verdict,
    VerdictKind,
    Vocabulary,
)
from matchmaker.work import Work


class InvalidTerritory(ValueError):
    """A territory that cannot be founded so; ``str()`` says why."""


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """The loaded vocabulary, ready to resolve; ``key`` changes whenever any source is loaded anew."""

    key: str
    vocabulary: Vocabulary

    @cached_property
    def resolver(self) -> Resolver:
        """The resolver over this vocabulary."""
        return Resolver(self.vocabulary)

    def chosen_phrase(self, *, text: str, language: str, concept_id: str) -> Phrase:
        """A text whose concept a person chose."""
        label = self.vocabulary.label(concept_id, language)
        return Phrase(
            text=text,
            language=language,
            resolutions=(Resolution(concept_id=concept_id, score=1.0, label=label),),
        )


_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_lexicons: dict[str, Lexicon] = {}
_lexicons_lock = Lock()
_LEXICONS_KEPT = 4


def lexicon(session: Session) -> Lexicon:
    """The vocabulary in the database, built once a process for each state of its sources."""
    key = lexicon_key(session)
    with _lexicons_lock:
        known = _lexicons.get(key)
        if known is None:
            known = Lexicon(key=key, vocabulary=_read_vocabulary(session))
            while len(_lexicons) >= _LEXICONS_KEPT:
                _lexicons.pop(next(iter(_lexicons)))
            _lexicons[key] = known
    return known


def lexicon_key(session: Session) -> str:
    """What stands for the vocabulary in the database: another one whenever any source is loaded anew."""
    sources = session.execute(
        select(VocabularySource.name, VocabularySource.version).order_by(VocabularySource.name)
    )
    return hashlib.sha256("\n".join(f"{name}:{version}" for name, version in sources).encode()).hexdigest()[
        :12
    ]


def phrase_key(text: str) -> str:
    """The form by which equal phrases are resolved once: lower case, words separated by one space."""
    return " ".join(text.lower().split())


def resolve_phrases(work: Work, texts: Iterable[str], *, language: str) -> tuple[Phrase, ...]:
    """Each text with its concepts, in the given order; what was not known yet is resolved and kept for everybody."""
    wanted = tuple(texts)
    words = lexicon(work.session)
    known = kept_resolutions(work.session, ((text, language) for text in wanted))
    phrases = []
    for text in wanted:
        found = known.get((phrase_key(text), language))
        if found is None:
            found = tuple(
                replace(item, label=words.vocabulary.label(item.concept_id, language))
                for item in words.resolver.resolve(text, language=language)
            )
            insert = (
                postgresql_insert if work.session.get_bind().dialect.name == "postgresql" else sqlite_insert
            )
            work.session.execute(
                insert(ResolvedPhrase)
                .values(
                    phrase=phrase_key(text),
                    language=language,
                    vocabulary_version=words.key,
                    resolutions=[(item.concept_id, item.score) for item in found],
                )
                .on_conflict_do_nothing()
            )
            known[phrase_key(text), language] = found
        phrases.append(Phrase(text=text, language=language, resolutions=found))
    return tuple(phrases)


def kept_resolutions(
    session: Session, texts: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Resolution, ...]]:
    """What (text, language) pairs were resolved to by the vocabulary in force, by (phrase key, language)."""
    words = lexicon(session)
    keys = sorted({phrase_key(text) for text, _ in texts})
    kept: dict[tuple[str, str], tuple[Resolution, ...]] = {}
    for start in range(0, len(keys), 500):
        rows = session.execute(
            select(ResolvedPhrase.phrase, ResolvedPhrase.language, ResolvedPhrase.resolutions).where(
                ResolvedPhrase.vocabulary_version == words.key,
                ResolvedPhrase.phrase.in_(keys[start : start + 500]),
            )
        )
        for phrase, language, resolutions in rows:
            kept[phrase, language] = tuple(
                Resolution(
                    concept_id=concept_id, score=score, label=words.vocabulary.label(concept_id, language)
                )
                for concept_id, score in resolutions
            )
    return kept


def chosen_phrase(session: Session, *, text: str, language: str, concept_id: str) -> Phrase:
    """A text whose concept a person chose."""
    return lexicon(session).chosen_phrase(text=text, language=language, concept_id=concept_id)


def found_territory(
    work: Work,
    *,
    slug: str,
    name: str,
    summary_fr: str,
    summary_en: str,
    epcis: Sequence[str] = (),
    communes: Sequence[str] = (),
    locale: str = "fr",
    time_zone: str = "Europe/Paris",
    digest_weekday: int = 2,
    digest_hour: int = 8,
) -> Territory:
    """A new territory of all communes of ``epcis`` and the single ``communes``.

    Raises InvalidTerritory for a taken or malformed slug, a name that is too long, an unknown code, an hour that does not
    exist, or a time zone that nobody knows.
    """
    if len(slug) > 60 or not _SLUG.fullmatch(slug):
        raise InvalidTerritory(f"{slug!r} is not of at most 60 small letters, digits and hyphens")
    if not 1 <= len(name) <= 100:
        raise InvalidTerritory("a territory's name has 1 to 100 characters")
    if not (1 <= digest_weekday <= 7 and 0 <= digest_hour <= 23):
        raise InvalidTerritory("the letter's day is 1 to 7, Monday to Sunday, and its hour is 0 to 23")
    if work.session.scalar(select(Territory.id).where(Territory.slug == slug)) is not None:
        raise InvalidTerritory(f"there is a territory {slug!r} already")
    if time_zone not in available_timezones():
        raise InvalidTerritory(f"{time_zone!r} is not a time zone")
    codes: set[str] = set()
    for epci in epcis:
        members = set(work.session.scalars(select(Commune.code).where(Commune.epci == epci)))
        if not members:
            raise InvalidTerritory(f"no commune belongs to the intercommunalité {epci!r}")
        codes |= members
    single = set(work.session.scalars(select(Commune.code).where(Commune.code.in_(communes))))
    if set(communes) - single:
        raise InvalidTerritory(f"not a commune's code: {', '.join(sorted(set(communes) - single))}")
    if not codes | single:
        raise InvalidTerritory("a territory needs at least one commune")
    territory = Territory(
        slug=slug,
        name=name,
        summary_fr=summary_fr,
        summary_en=summary_en,
        locale=locale,
        time_zone=time_zone,
        digest_weekday=digest_weekday,
        digest_hour=digest_hour,
        created_at=work.now,
    )
    work.session.add(territory)
    work.session.flush()
    work.session.add_all(
        TerritoryCommune(territory_id=territory.id, commune_code=code) for code in sorted(codes | single)
    )
    work.session.flush()
    return territory


def add_challenge(
    work: Work,
    *,
    territory: Territory,
    slug: str,
    title_fr: str,
    title_en: str,
    description_fr: str,
    description_en: str,
) -> Challenge:
    """A new défi, after those that the territory has. Raises InvalidTerritory for a title that is too long or none."""
    if not (1 <= len(title_fr) <= 120 and 1 <= len(title_en) <= 120):
        raise InvalidTerritory("a défi's title has 1 to 120 characters in each language")
    challenge = Challenge(
        territory=territory,
        slug=slug,
        position=len(territory.challenges),
        title_fr=title_fr,
        title_en=title_en,
        description_fr=description_fr,
        description_en=description_en,
    )
    work.session.add(challenge)
    work.session.flush()
    return challenge


def name_organiser(work: Work, *, territory_id: int, account_id: int) -> None:
    """Let an account run a territory's desk; naming it twice changes nothing."""
    if work.session.get(Organiser, (territory_id, account_id)) is None:
        work.session.add(Organiser(territory_id=territory_id, account_id=account_id))
        work.session.flush()


def is_organiser(session: Session, *, territory_id: int, account_id: int | None) -> bool:
    """Whether the account runs the territory's desk."""
    return account_id is not None and session.get(Organiser, (territory_id, account_id)) is not None


def _read_vocabulary(session: Session) -> Vocabulary:
    concepts = session.execute(select(Concept.id, Concept.kind, Concept.family).order_by(Concept.id))
    labels = session.execute(
        select(ConceptLabel.concept_id, ConceptLabel.language, ConceptLabel.kind, ConceptLabel.text).order_by(
            ConceptLabel.id
        )
    )
    relations = session.execute(
        select(ConceptRelation.source_id, ConceptRelation.target_id, ConceptRelation.kind)
    )
    friends = session.execute(select(FalseFriend.word_a, FalseFriend.word_b))
    return Vocabulary(
        concepts=tuple(
            ConceptValue(id=number, kind=kind, family=family or "") for number, kind, family in concepts
        ),
        labels=tuple(
            Label(concept_id=number, language=language, kind=kind, text=text)
            for number, language, kind, text in labels
        ),
        relations=tuple(
            Relation(source=source, target=target, kind=kind) for source, target, kind in relations
        ),
        verdicts=tuple(
            Verdict(kind=VerdictKind.NEVER, phrase=word_a, other=word_b) for word_a, word_b in friends
        ),
    )
