"""`matchmaker match`: rankings and their quality, from file to file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from matchmaker.cli.evaluation import Engine, evaluate_folder
from matchmaker.cli.match_files import (
    citizen_of,
    id_of,
    need_of,
    offer_of,
    offer_rankings,
    rankings,
    readable_lines,
    wish_of,
)
from matchmaker.cli.vocabulary_files import read_packaged, read_vocabulary
from matchmaker.matching.rules import Matcher
from matchmaker.vocabulary.rules import FILE_LIMITS, Resolver, Vocabulary
from matchmaker.vocabulary.rules.resolution import Reader

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
VOCABULARY = click.Path(exists=True, path_type=Path)
ANY_DAY = date.min
"""Needs in files have no end, so no day is too late for them."""


@click.group()
def match() -> None:
    """Rank citizens and offers for needs, and measure how well."""


@match.command()
@click.option("--citizens", type=FILE, help="JSON lines: id, skills, lang (fr unless given).")
@click.option(
    "--offers", type=FILE, help="In place of citizens, JSON lines: id, kind, title, words, description."
)
@click.option(
    "--needs", type=FILE, required=True, help="JSON lines: id, title, skills, description, lang; kind."
)
@click.option("--top", default=20, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--vocabulary", type=VOCABULARY, help="A flat file or a folder; what ships when not given.")
@click.option("--occupation-skills", type=FILE, help="Rows occ,skill,rel to bridge jobs and skills.")
@click.pass_context
def batch(
    context: click.Context,
    citizens: Path | None,
    offers: Path | None,
    needs: Path,
    top: int,
    output: Path,
    vocabulary: Path | None,
    occupation_skills: Path | None,
) -> None:
    """Write the best citizens or offers for each need as TREC lines: need Q0 citizen rank score matchmaker."""
    if (citizens is None) == (offers is None):
        raise click.UsageError("Give either --citizens or --offers.")
    known = (
        read_vocabulary(vocabulary, occupation_skills=occupation_skills) if vocabulary else read_packaged()
    )
    malformed: list[int] = []
    if offers is not None:
        lent = dict(readable_lines(offers, lambda row: (id_of(row), offer_of(row)), malformed))
        asked = dict(readable_lines(needs, lambda row: (id_of(row), wish_of(row)), malformed))
        ranked = offer_rankings(known, needs=asked, offers=lent, limit=top)
    elif citizens is not None:
        resolver = Resolver(known, limits=FILE_LIMITS)
        people = dict(
            readable_lines(citizens, lambda row: (id_of(row), citizen_of(row, resolver)), malformed)
        )
        wishes = dict(readable_lines(needs, lambda row: (id_of(row), need_of(row, resolver)), malformed))
        ranked = rankings(Matcher(known), needs=wishes, citizens=people, today=ANY_DAY, limit=top)
    with output.open("w", encoding="utf-8", newline="\n") as stream:
        for need_id, best in ranked.items():
            for rank, (found_id, total) in enumerate(best, start=1):
                stream.write(f"{need_id} Q0 {found_id} {rank} {total:.2f} matchmaker\n")
    if malformed:
        context.exit(1)


@match.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--vocabulary", type=VOCABULARY, help="Beside or above the folder, or what ships, when not given."
)
@click.option(
    "--occupation-skills", type=FILE, help="Rows occ,skill,rel; h2b's judgements come from this table."
)
@click.option("--semantic", is_flag=True, help="Read by the sense of sentences too (the extra `semantic`).")
def evaluate(folder: Path, vocabulary: Path | None, occupation_skills: Path | None, semantic: bool) -> None:
    """Print quality and time on the judged sets in a folder.

    Sets of everyday words (query, kind, gold) and lists of labels are for a vocabulary in our own format: for what ships,
    unless --vocabulary names a folder.
    """
    vocabulary = vocabulary or next(
        (
            path
            for place in (folder, folder.resolve().parent)
            for path in sorted(place.glob("vocabulary.csv*"))
        ),
        None,
    )
    known = (
        read_vocabulary(vocabulary, occupation_skills=occupation_skills) if vocabulary else read_packaged()
    )
    everyday = known if vocabulary is None or vocabulary.is_dir() else read_packaged()
    click.echo(f"{len(known.concepts)} concepts, {len(known.labels)} labels, version {known.version}")
    reader_of = _sentences() if semantic else None
    for figure in evaluate_folder(folder, Engine(known, reader_of), Engine(everyday, reader_of)):
        click.echo(str(figure))


def _sentences() -> Callable[[Vocabulary], Reader]:
    from matchmaker.vocabulary.service.sentences import encoder_version, sentences_of

    if encoder_version() is None:
        raise click.ClickException("--semantic needs the extra: install matchmaker[semantic]")
    return sentences_of
