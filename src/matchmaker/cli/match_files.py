"""Citizens and needs as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import click

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.cli.vocabulary_files import open_text
from matchmaker.matching.rules import CitizenProfile, Matcher, MatchIndex, NeedProfile, Wanted
from matchmaker.vocabulary.rules import FILE_LIMITS, Resolver, check_description, check_phrases

T = TypeVar("T")
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
