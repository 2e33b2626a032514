"""Citizens, offers and needs as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import click

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.cli.vocabulary_files import open_text
from matchmaker.groups.rules import NeedKind
from matchmaker.matching.rules import CitizenProfile, Matcher, MatchIndex, NeedProfile, Wanted
from matchmaker.matching.rules.offers import Offer, OfferKind, Wish, rank_offers
from matchmaker.vocabulary.rules import FILE_LIMITS, Resolver, Vocabulary, check_description, check_phrases

T = TypeVar("T")
K = TypeVar("K", bound=StrEnum)
Row = Mapping[str, object]


def readable_lines(path: Path, read: Callable[[Row], T], malformed: list[int]) -> Iterator[T]:
    """The lines that can be read; the numbers of others go to standard error and into `malformed`."""
    with open_text(path) as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                yield read(_object(line))
            except json.JSONDecodeError as problem:
                malformed.append(number)
                click.echo(f"{path}, line {number}: no JSON: {problem.msg}", err=True)
            except ValueError as problem:
                malformed.append(number)
                click.echo(f"{path}, line {number}: {problem}", err=True)


def _object(line: str) -> Row:
    row = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004
    return row


def citizen_of(row: Row, resolver: Resolver) -> CitizenProfile:
    """A citizen without number from `skills` and perhaps `lang`; ValueError says what is wrong."""
    texts = _texts(row, "skills")
    check_phrases(texts, FILE_LIMITS)
    language = language_of(row)
    return CitizenProfile(
        id=CitizenId(0),
        territory_id=None,
        phrases=tuple(resolver.phrases(texts, language=language)),
    )


def need_of(row: Row, resolver: Resolver) -> NeedProfile:
    """A need without number from `title`, `skills`, perhaps `description` and `lang`; ValueError says what is wrong."""
    texts = _texts(row, "skills")
    check_phrases(texts, FILE_LIMITS)
    description = row.get("description")
    if isinstance(description, str):
        check_description(description, FILE_LIMITS)
    language = language_of(row)
    return NeedProfile(
        id=NeedId(0),
        territory_id=None,
        title=resolver.phrase(_text(row, "title"), language=language),
        wanted=tuple(Wanted(phrase=phrase) for phrase in resolver.phrases(texts, language=language)),
    )


def wish_of(row: Row) -> Wish:
    """A need for offers from `kind`, `title`, `skills` and perhaps `description`; ValueError says what is wrong."""
    return Wish(kind=_kind(row, NeedKind), parts=_parts(row, "skills"))


def offer_of(row: Row) -> Offer:
    """An offer from `kind`, `title`, `words` and perhaps `description`; ValueError says what is wrong."""
    return Offer(kind=_kind(row, OfferKind), parts=_parts(row, "words"))


def _kind(row: Row, kinds: type[K]) -> K:
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in set(kinds):
        raise ValueError(f"the kind {kind!r} is none of {', '.join(kinds)}")
    return kinds(kind)


def _parts(row: Row, key: str) -> tuple[str, ...]:
    words = _texts(row, key)
    check_phrases(words, FILE_LIMITS)
    description = row.get("description")
    told = description if isinstance(description, str) else ""
    check_description(told, FILE_LIMITS)
    return (_text(row, "title"), *words, told)


def id_of(row: Row) -> str:
    """The `id` of a row, which is a text; ValueError when there is none."""
    return _text(row, "id")


def rankings(
    matcher: Matcher,
    *,
    needs: Mapping[str, NeedProfile],
    citizens: Mapping[str, CitizenProfile],
    today: date,
    limit: int,
) -> dict[str, list[tuple[str, float]]]:
    """The best citizens of each need with their totals, all by the ids of their rows; ties go by these."""
    citizen_ids = sorted(citizens)
    numbers = {need_id: NeedId(number) for number, need_id in enumerate(needs)}
    run = MatchIndex(
        matcher,
        needs=[replace(need, id=numbers[need_id]) for need_id, need in needs.items()],
        citizens=[
            replace(citizens[citizen_id], id=CitizenId(number))
            for number, citizen_id in enumerate(citizen_ids)
        ],
    ).run(today=today, limit=limit)
    return {
        need_id: [(citizen_ids[one.citizen_id], one.total) for one in run.by_need[number]]
        for need_id, number in numbers.items()
    }


def offer_rankings(
    vocabulary: Vocabulary, *, needs: Mapping[str, Wish], offers: Mapping[str, Offer], limit: int
) -> dict[str, list[tuple[str, float]]]:
    """The best offers for each need with how well they fit, 0 to 100, all by the ids of their rows; ties go by these."""
    offer_ids = sorted(offers)
    found = rank_offers(list(needs.values()), [offers[one] for one in offer_ids], vocabulary, top=limit)
    return {
        need_id: [(offer_ids[place], 100 * fit) for place, fit in best]
        for need_id, best in zip(needs, found, strict=True)
    }


def language_of(row: Row) -> str | None:
    """The `lang` of a row when it is one that we know."""
    language = row.get("lang")
    return language if language in ("fr", "en") and isinstance(language, str) else None


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"no text under {key!r}")
    return value


def _texts(row: Row, key: str) -> list[str]:
    value = row.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"no list of texts under {key!r}")
    return [item for item in value if item.strip()]
