"""``matchmaker catalogue propose``: what a territory's people taught about words, as the vocabulary's own files."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from matchmaker.base.text import fold
from matchmaker.cli import site, territory_named
from matchmaker.cli.catalogue import catalogue
from matchmaker.cli.judged_files import safe_cell
from matchmaker.cli.vocabulary_files import FALSE_FRIENDS
from matchmaker.organisers.loading import AcceptedWord, accepted_words, word_proposals
from matchmaker.places.loading import read_rows
from matchmaker.vocabulary.loading import shipped_folder
from matchmaker.vocabulary.rules import VerdictKind, Vocabulary
from matchmaker.vocabulary.service import lexicon

__all__ = ["catalogue"]


@catalogue.command()
@click.option("--territory", "slug", required=True, help="The territory's short name in addresses.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for a copy of the vocabulary that ships, with what was decided.",
)
def propose(slug: str, output: Path | None) -> None:
    """Tell what several people of a territory said about its words, and what its organisers decided.

    With --output, the vocabulary that ships is written with what was decided as its words and false friends, so that it
    can be measured (`match evaluate --vocabulary`) and compared. It names nobody.
    """
    with site().reading() as session:
        territory = territory_named(session, slug)
        vocabulary = lexicon(session).vocabulary
        proposed = word_proposals(session, territory_id=territory.id)
        accepted = accepted_words(session, territory_id=territory.id)
    for proposal in proposed:
        why = ", ".join(f"{evidence} {number}" for evidence, number in proposal.evidence.items())
        click.echo(f"proposed {_told(proposal.kind, proposal.phrase, proposal.concept_id)}: {why}")
    for word in accepted:
        click.echo(f"decided  {_told(word.kind, word.phrase, word.concept_id)}")
    click.echo(f"{len(proposed)} proposed, {len(accepted)} decided")
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        elsewhere = write_words(output, accepted, vocabulary)
        if elsewhere:
            click.echo(f"not written, as their skill does not ship: {elsewhere}")


def write_words(folder: Path, words: Iterable[AcceptedWord], vocabulary: Vocabulary) -> int:
    """Write the shipped vocabulary into a folder, with some words and false friends more.

    How many words were left out, as their concept is of another vocabulary.
    """
    added: dict[str, list[AcceptedWord]] = defaultdict(list)
    friends = []
    for word in words:
        if word.kind is VerdictKind.SAME:
            added[word.concept_id].append(word)
        else:
            label = vocabulary.label(word.concept_id, word.language)
            one, other = sorted((fold(word.phrase), fold(label)))
            friends.append({"word_a": one, "word_b": other, "language": word.language, "note": ""})
    for source in sorted(shipped_folder().iterdir(), key=lambda entry: entry.name):
        if source.name.endswith(".csv"):
            rows = [
                _grown(row, added.pop(row["id"], ())) if "words_fr" in row else row
                for row in read_rows(source)
            ]
            more = friends if source.name == FALSE_FRIENDS else []
            _write(folder / source.name, [*rows, *more])
    return sum(map(len, added.values()))


def _grown(row: dict[str, str], words: Iterable[AcceptedWord]) -> dict[str, str]:
    """A row of the vocabulary with new words; one that holds the sign between words is parted by it."""
    row = dict(row)
    for word in words:
        column = f"words_{word.language}"
        row[column] = "|".join(filter(None, (row[column], safe_cell(word.phrase))))
    return row


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _told(kind: VerdictKind, phrase: str, concept_id: str) -> str:
    return f"{phrase!r} {'is' if kind is VerdictKind.SAME else 'is never'} {concept_id}"
