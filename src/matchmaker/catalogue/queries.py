"""Reads about places and territories."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import Account
from matchmaker.base.text import fold
from matchmaker.catalogue.models import (
    Challenge,
    Commune,
    Organiser,
    PostalCode,
    SkillFamily,
    Territory,
    TerritoryCommune,
    TerritoryVerdict,
    VocabularySource,
)


def territories(session: Session) -> Sequence[Territory]:
    """Every territory, by name."""
    return session.scalars(select(Territory).order_by(Territory.name)).all()


def find_territory(session: Session, *, slug: str) -> Territory | None:
    """The territory of that slug."""
    return session.scalars(select(Territory).where(Territory.slug == slug)).one_or_none()


def organised_territories(session: Session, *, account_id: int) -> Sequence[Territory]:
    """The territories whose desk the account runs, by name."""
    return session.scalars(
        select(Territory).join(Organiser).where(Organiser.account_id == account_id).order_by(Territory.name)
    ).all()


def organisers_of(session: Session, *, territory_id: int) -> Sequence[Account]:
    """Who runs a territory's desk, by number."""
    return session.scalars(
        select(Account).join(Organiser).where(Organiser.territory_id == territory_id).order_by(Account.id)
    ).all()


def territories_of(session: Session, *, commune_code: str) -> Sequence[Territory]:
    """The territories that a commune belongs to, by id."""
    return session.scalars(
        select(Territory)
        .join(TerritoryCommune)
        .where(TerritoryCommune.commune_code == commune_code)
        .order_by(Territory.id)
    ).all()


def challenges_of(session: Session, *, territory_id: int) -> Sequence[Challenge]:
    """A territory's défis in their order."""
    return session.scalars(
        select(Challenge).where(Challenge.territory_id == territory_id).order_by(Challenge.position)
    ).all()


def search_communes(session: Session, text: str, *, limit: int = 8) -> Sequence[Commune]:
    """Communes whose postal code or name begins with ``text``, the most populous first.

    An exact name comes before longer ones; "st" and "ste" stand for "saint" and "sainte". A name may be followed by its
    postal code or département in parentheses, as suggestions write it.
    """
    name, _, code = text.partition("(")
    digits = (
        "".join(sign for sign in code or text if sign.isalnum()) if code or text.strip().isdigit() else ""
    )
    query = select(Commune).order_by(Commune.population.desc(), Commune.code).limit(limit)
    if digits:
        query = query.where(
            select(PostalCode.commune_code)
            .where(
                PostalCode.commune_code == Commune.code, PostalCode.code.startswith(digits, autoescape=True)
            )
            .exists()
        )
    folded = "" if not code and digits else commune_key(name)
    if folded:
        query = query.where(Commune.folded.startswith(folded, autoescape=True))
        query = query.order_by(None).order_by(
            Commune.folded != folded, Commune.population.desc(), Commune.code
        )
    return session.scalars(query).all() if digits or folded else []


def commune_key(name: str) -> str:
    """The folded form of a commune's name, abbreviations of "saint" written out."""
    long = {"st": "saint", "ste": "sainte", "sts": "saints"}
    return " ".join(long.get(word, word) for word in fold(name).split())


def families(session: Session) -> dict[str, SkillFamily]:
    """Every family of skills by its id."""
    return {family.id: family for family in session.scalars(select(SkillFamily))}


def vocabulary_sources(session: Session) -> Sequence[VocabularySource]:
    """The loaded vocabularies, by name."""
    return session.scalars(select(VocabularySource).order_by(VocabularySource.name)).all()


def verdicts_of(session: Session, *, territory_id: int) -> Sequence[TerritoryVerdict]:
    """The verdicts of a territory with who decided them, the newest first."""
    return session.scalars(
        select(TerritoryVerdict)
        .where(TerritoryVerdict.territory_id == territory_id)
        .order_by(TerritoryVerdict.decided_at.desc(), TerritoryVerdict.id.desc())
        .options(joinedload(TerritoryVerdict.decided_by))
    ).all()


def count_communes(session: Session, *, territory_id: int) -> int:
    """How many communes a territory has."""
    return (
        session.scalar(
            select(func.count())
            .select_from(TerritoryCommune)
            .where(TerritoryCommune.territory_id == territory_id)
        )
        or 0
    )
