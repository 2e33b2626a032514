"""Loading the demonstration: three territories with their groups, citizens and needs, and four people to sign in as."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from matchmaker.accounts import service as accounts
from matchmaker.base.work import Work
from matchmaker.citizens.models import CitizenSkill
from matchmaker.demo import content, filling, needs, people, relays
from matchmaker.demo.content import TerritoryText
from matchmaker.demo.ground import Ground, found_territory
from matchmaker.demo.needs import NeedDraft
from matchmaker.demo.people import CitizenDraft
from matchmaker.demo.wording import Wording
from matchmaker.groups.models import Need, StartupGroup, WantedSkill
from matchmaker.places import loading as places_loading
from matchmaker.places import service as places
from matchmaker.places.models import Territory
from matchmaker.vocabulary import loading as vocabulary_loading
from matchmaker.vocabulary import service as vocabulary_service
from matchmaker.vocabulary.models import ResolvedPhrase, VocabularySource
from matchmaker.vocabulary.rules import LIMITS, Phrase, Resolver, Vocabulary

CITIZENS, NEEDS, SEED = 300, 60, 2016

# It is printed, and opens invented accounts on the visitor's own machine.
PASSWORD = "voir-grand-aller-vite"  # noqa: S105

Text = tuple[str, str]
"""A phrase as written, and its language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What needs no database to be worked out: the people, the needs, and what the plain phrases among theirs mean.

    ``phrases`` are those that some label of the shipped vocabulary in ``vocabulary_version`` says; ``rest`` are the
    others, whose meanings take longer to find than all else.
    """

    citizens: tuple[CitizenDraft, ...]
    needs: tuple[NeedDraft, ...]
    vocabulary_version: str
    phrases: tuple[Phrase, ...]
    rest: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How much was loaded; nothing when ``changed`` is False, because it was there already."""

    territories: int = 0
    groups: int = 0
    citizens: int = 0
    needs: int = 0
    changed: bool = False


def prepare(
    vocabulary: Vocabulary, *, citizens: int = CITIZENS, needs: int = NEEDS, seed: int = SEED
) -> Prepared:
    """Work out the people and the needs; the same numbers and seed give the same on every machine.

    ``vocabulary`` is the shipped one. Another process may do this for ``load`` while the communes are loaded.
    """
    wording = Wording(vocabulary)
    drafts, asked = _draft(wording, citizens, needs, seed)
    texts = _texts(drafts, asked)
    plain = [text for text in texts if wording.named(text[0]) is not None]
    return Prepared(
        citizens=drafts,
        needs=asked,
        vocabulary_version=vocabulary.version,
        phrases=resolve(vocabulary, plain),
        rest=tuple(sorted(set(texts) - set(plain))),
    )


def resolve(vocabulary: Vocabulary, texts: Iterable[Text]) -> tuple[Phrase, ...]:
    """What texts mean by a vocabulary, without a database."""
    resolver = Resolver(vocabulary)
    return tuple(
        phrase
        for language, some in _by_language(texts).items()
        for phrase in resolver.phrases(some, language=language)
    )


def is_loaded(work: Work) -> bool:
    """Whether one of the demonstration's territories exists."""
    slugs = [territory.slug for territory in content.territories()]
    return work.session.scalar(select(Territory.id).where(Territory.slug.in_(slugs)).limit(1)) is not None


def load_places_and_words(work: Work) -> None:
    """Load the communes and the vocabulary that ship, unless they are there in this version."""
    places_loading.load_communes(work)
    vocabulary_loading.load_shipped_vocabulary(work)


def load(
    work: Work,
    *,
    citizens: int = CITIZENS,
    needs: int = NEEDS,
    seed: int = SEED,
    prepared: Prepared | None = None,
) -> Loaded:
    """Put the demonstration into the database, with ``citizens`` citizens and ``needs`` needs in all.

    Does nothing when one of its territories exists. All dates are relative to ``work.now``. With ``prepared``, which
    ``prepare`` gave for the same numbers, the meanings of its ``rest`` are left to ``complete``.
    """
    if is_loaded(work):
        return Loaded()
    load_places_and_words(work)
    if prepared is None:
        wording = Wording(vocabulary_loading.read_shipped_vocabulary())
        drafts, asked = _draft(wording, citizens, needs, seed)
        phrases = _resolve_here(work, _texts(drafts, asked))
    else:
        drafts, asked = prepared.citizens, prepared.needs
        known = keep(work, prepared.phrases, vocabulary_version=prepared.vocabulary_version)
        phrases = prepared.phrases if known else _resolve_here(work, _texts(drafts, asked))
    concepts = {(phrase.text, phrase.language): _concept(phrase) for phrase in phrases}
    grounds = {text.slug: found_territory(work, text) for text in content.territories()}
    account_ids = filling.add_accounts(work, drafts)
    groups = filling.add_groups(work, grounds, account_ids)
    filling.add_needs(work, groups, asked, concepts)
    place = content.sign_ins().relay
    ground = grounds[place.territory]
    relay = relays.add_relay(
        work,
        territory_id=ground.row.id,
        commune_code=ground.communes[place.commune],
        member_id=account_ids[place.address],
    )
    filling.add_citizens(work, grounds, account_ids, relay, drafts, concepts)
    for text in content.territories():
        _organise(work, text, grounds[text.slug], account_ids[content.sign_ins().organiser.address])
    _give_password(work)
    return Loaded(
        territories=len(grounds), groups=len(groups), citizens=len(drafts), needs=len(asked), changed=True
    )


def keep(work: Work, phrases: Iterable[Phrase], *, vocabulary_version: str) -> bool:
    """Keep what phrases mean by the shipped vocabulary; whether it is the only one in the database.

    Otherwise nothing is kept: another vocabulary may give them another meaning.
    """
    sources = work.session.execute(select(VocabularySource.name, VocabularySource.version)).all()
    if list(sources) != [(vocabulary_loading.STARTER.name, vocabulary_version)]:
        return False
    key = vocabulary_service.lexicon_key(work.session)
    known = set(
        work.session.execute(
            select(ResolvedPhrase.phrase, ResolvedPhrase.language).where(
                ResolvedPhrase.vocabulary_version == key
            )
        )
    )
    meanings = {(vocabulary_service.phrase_key(phrase.text), phrase.language): phrase for phrase in phrases}
    rows = [
        {
            "phrase": text,
            "language": language,
            "vocabulary_version": key,
            "resolutions": [[one.concept_id, one.score] for one in phrase.resolutions],
        }
        for (text, language), phrase in meanings.items()
        if (text, language) not in known
    ]
    if rows:
        work.session.execute(insert(ResolvedPhrase), rows)
    return True


def complete(work: Work) -> int:
    """Find the meanings that ``load`` left open, or that a new vocabulary has made old; how many texts they were.

    Idempotent, and needed only for speed and for the concepts shown beside people's words: without it every page
    finds these meanings by itself.
    """
    open_texts: set[Text] = set()
    for skill in (CitizenSkill, WantedSkill):
        unsure = select(skill.phrase, skill.language).where(skill.concept_id.is_(None)).distinct()
        open_texts |= set(work.session.execute(unsure))
    titles = select(Need.title, StartupGroup.locale).join(StartupGroup, StartupGroup.id == Need.group_id)
    open_texts |= {
        (title, language) for title, language in work.session.execute(titles) if len(title) <= LIMITS.phrase
    }
    for phrase in _resolve_here(work, sorted(open_texts)):
        concept_id = _concept(phrase)
        if concept_id is not None:
            for skill in (CitizenSkill, WantedSkill):
                work.session.execute(
                    update(skill)
                    .where(skill.phrase == phrase.text, skill.language == phrase.language)
                    .where(skill.concept_id.is_(None))
                    .values(concept_id=concept_id)
                )
    return len(open_texts)


def sign_in_addresses() -> tuple[str, str, str, str]:
    """The addresses of those who sign in with ``PASSWORD``: citizen, group's lead, organiser, relay's member."""
    return content.sign_ins().addresses


def _draft(
    wording: Wording, citizen_count: int, need_count: int, seed: int
) -> tuple[tuple[CitizenDraft, ...], tuple[NeedDraft, ...]]:
    return (
        people.citizens(wording, count=citizen_count, seed=seed),
        needs.needs(wording, count=need_count, seed=seed),
    )


def _texts(citizens: Sequence[CitizenDraft], asked: Sequence[NeedDraft]) -> tuple[Text, ...]:
    """The distinct texts that have a meaning: skills, wanted skills, and the needs' titles."""
    texts = [(skill, citizen.language) for citizen in citizens for skill in citizen.skills]
    for need in asked:
        written = (need.text.title, *(wanted.phrase for wanted in need.text.wanted))
        texts += [(text, filling.GROUPS_WRITE) for text in written]
    return tuple(dict.fromkeys(texts))


def _resolve_here(work: Work, texts: Sequence[Text]) -> tuple[Phrase, ...]:
    """What texts mean by the vocabulary in the database, kept for everybody."""
    return tuple(
        phrase
        for language, some in _by_language(texts).items()
        for phrase in vocabulary_service.resolve_phrases(work, some, language=language)
    )


def _by_language(texts: Iterable[Text]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text, language in sorted(texts, key=lambda one: one[1]):
        found.setdefault(language, []).append(text)
    return found


def _concept(phrase: Phrase) -> str | None:
    return phrase.resolutions[0].concept_id if phrase.resolutions else None


def _organise(work: Work, text: TerritoryText, ground: Ground, organiser_id: int) -> None:
    """Name a territory's organiser, who decides about words."""
    places.name_organiser(work, territory_id=ground.row.id, account_id=organiser_id)
    for verdict in text.verdicts:
        vocabulary_service.declare_verdict(
            work,
            territory_id=ground.row.id,
            account_id=organiser_id,
            phrase=verdict.phrase,
            other=verdict.other,
            kind=verdict.kind,
        )


def _give_password(work: Work) -> None:
    opened = [accounts.find_account(work.session, address=address) for address in sign_in_addresses()]
    first, *others = [account for account in opened if account is not None]
    first.password_hash = accounts.hashed_password(PASSWORD)
    for account in others:
        account.password_hash = first.password_hash
