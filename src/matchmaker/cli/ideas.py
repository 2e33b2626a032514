"""`matchmaker ideas`: which ideas say nearly the same, from file to file."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from matchmaker.cli.figures import Figure, milliseconds, objects
from matchmaker.cli.match_files import Row, id_of, readable_lines
from matchmaker.cli.vocabulary_files import read_packaged
from matchmaker.ideas.rules import LONGEST, nearest

if TYPE_CHECKING:
    from matchmaker.ideas.rules import Vectors

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SEMANTIC = click.option(
    "--semantic", is_flag=True, help="Compare the sense of sentences too (the extra `semantic`)."
)
FIRST = 5
"""Among so many nearest an idea's mates are looked for."""


@click.group()
def ideas() -> None:
    """Find ideas that say nearly the same."""


@ideas.command()
@click.option("--input", "source", type=FILE, required=True, help="JSON lines: id, text.")
@click.option("--top", default=FIRST, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@SEMANTIC
@click.pass_context
def near(context: click.Context, source: Path, top: int, output: Path, semantic: bool) -> None:
    """Write for each idea those that are nearest to it, best first, as JSON lines: id, near."""
    malformed: list[int] = []
    texts = dict(readable_lines(source, lambda row: (id_of(row), text_of(row)), malformed))
    names = list(texts)
    found = nearest(
        list(texts.values()), read_packaged(), top=top, sense=sense_of(list(texts.values()), semantic)
    )
    with output.open("w", encoding="utf-8", newline="\n") as stream:
        for name, places in zip(names, found, strict=True):
            row = {"id": name, "near": [names[place] for place in places]}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    if malformed:
        context.exit(1)


@ideas.command()
@click.argument("file", type=FILE)
@SEMANTIC
def evaluate(file: Path, semantic: bool) -> None:
    """Print how many of an idea's mates are among its nearest; FILE has JSON lines: id, text, group."""
    rows = objects(file)
    texts = [text_of(row) for row in rows]
    vocabulary = read_packaged()
    started = perf_counter()
    found = nearest(texts, vocabulary, top=FIRST, sense=sense_of(texts, semantic))
    spent = milliseconds(started, len(rows))
    members: dict[object, set[int]] = defaultdict(set)
    for place, row in enumerate(rows):
        if row.get("group") is not None:
            members[row["group"]].add(place)
    shares = [
        len(mates & set(found[place])) / len(mates)
        for place, row in enumerate(rows)
        if (mates := members.get(row.get("group"), set()) - {place})
    ]
    click.echo(
        str(
            Figure(
                subject=file.stem,
                name=f"mates among {FIRST}",
                value=sum(shares) / max(len(shares), 1),
                judged=len(shares),
                milliseconds=spent,
            )
        )
    )


def text_of(row: Row) -> str:
    """The `text` of a row; ValueError says what is wrong."""
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("no text")
    if len(text) > LONGEST:
        raise ValueError(f"an idea has at most {LONGEST} signs, this one {len(text)}")
    return text


def sense_of(texts: Sequence[str], semantic: bool) -> Vectors | None:
    """What an encoder tells of the sense of each text, where that is asked for."""
    if not semantic:
        return None
    from matchmaker.vocabulary.service.sentences import encoded, encoder_version

    if encoder_version() is None:
        raise click.ClickException("--semantic needs the extra: install matchmaker[semantic]")
    return encoded(texts)
