"""`matchmaker skills`: what phrases mean and how alike they are, from file to file."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TextIO

import click

from matchmaker.cli.vocabulary_files import open_text, read_packaged, read_vocabulary
from matchmaker.vocabulary.rules import FILE_LIMITS, LimitExceededError, Resolver

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
VOCABULARY = click.Path(exists=True, path_type=Path)


@click.group()
def skills() -> None:
    """What phrases mean, and how alike they are."""


@skills.command()
@click.option(
    "--input", "source", type=FILE, required=True, help="A phrase a line, or JSON lines with `query`."
)
@click.option("--vocabulary", type=VOCABULARY, help="A flat file or a folder; what ships when not given.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1, 100))
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-")
@click.pass_context
def resolve(context: click.Context, source: Path, vocabulary: Path | None, top: int, output: TextIO) -> None:
    """Write the nearest concepts of each phrase as JSON lines, best first."""
    resolver = Resolver(read_vocabulary(vocabulary) if vocabulary else read_packaged(), limits=FILE_LIMITS)
    failed = False
    with open_text(source) as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                query, language = _query(line)
                found = resolver.candidates(query, language=language, top=top)
            except (ValueError, LimitExceededError) as problem:
                click.echo(f"{source}, line {number}: {problem}", err=True)
                failed = True
                continue
            results = [{"id": one.concept_id, "score": one.score} for one in found]
            output.write(json.dumps({"query": query, "results": results}, ensure_ascii=False) + "\n")
    if failed:
        context.exit(1)


def _query(line: str) -> tuple[str, str | None]:
    if not line.lstrip().startswith("{"):
        return line.strip(), None
    row = json.loads(line)
    query, language = row.get("query"), row.get("lang")
    if not isinstance(query, str):
        raise ValueError("no text under `query`")  # noqa: TRY004
    return query, language if language in ("fr", "en") else None


@skills.command()
@click.option("--input", "source", type=FILE, required=True, help="CSV with the columns a and b.")
@click.option("--vocabulary", type=VOCABULARY, help="A flat file or a folder; what ships when not given.")
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-")
@click.pass_context
def similar(context: click.Context, source: Path, vocabulary: Path | None, output: TextIO) -> None:
    """Write how alike the two phrases of each pair are, from 0 to 1, as CSV a,b,score."""
    resolver = Resolver(read_vocabulary(vocabulary) if vocabulary else read_packaged(), limits=FILE_LIMITS)
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(("a", "b", "score"))
    failed = False
    with open_text(source) as stream:
        rows = csv.DictReader(stream)
        if not {"a", "b"} <= set(rows.fieldnames or ()):
            raise click.ClickException(f"{source} has no columns a and b")
        for row in rows:
            one, other = row["a"] or "", row["b"] or ""
            try:
                score = resolver.alike(one, other)
            except LimitExceededError as problem:
                click.echo(f"{source}, line {rows.line_num}: {problem}", err=True)
                failed = True
                continue
            writer.writerow((one, other, f"{score:.6f}"))
    if failed:
        context.exit(1)
