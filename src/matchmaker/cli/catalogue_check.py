"""``matchmaker catalogue check``: whether a vocabulary's labels are sound, and what it changes for what people typed."""

from __future__ import annotations

from pathlib import Path

import click

from matchmaker.cli import site
from matchmaker.cli.catalogue import FOLDER
from matchmaker.cli.catalogue_words import catalogue
from matchmaker.cli.vocabulary_files import read_folder, read_twins
from matchmaker.vocabulary.loading import shipped_folder
from matchmaker.vocabulary.rules import Vocabulary, VocabularyError, findings
from matchmaker.vocabulary.service import Answer, changed_answers

__all__ = ["catalogue"]


@catalogue.command()
@click.option(
    "--vocabulary", "folder", type=FOLDER, help="A folder in our own format; what ships when not given."
)
@click.option(
    "--kept", is_flag=True, help="Tell what it would change for the phrases that are kept in the database."
)
@click.pass_context
def check(context: click.Context, folder: Path | None, kept: bool) -> None:
    """Tell what is wrong with the labels of a vocabulary; the exit is 1 when something is.

    Twins are labels of two concepts, and near twins the same words in another form, of concepts that are not related:
    twins.csv names those that truly have two meanings. Labels are told too that nobody types for their length, or that
    say one wants to learn. A change of what phrases mean is told, and is no fault.
    """
    source = folder or shipped_folder()
    try:
        vocabulary = read_folder(source)
    except (VocabularyError, KeyError, UnicodeDecodeError) as error:
        raise click.ClickException(f"a file is not as expected: {error}") from error
    found = findings(vocabulary, twins=read_twins(source))
    for finding in found:
        click.echo(str(finding))
    click.echo(f"{len(vocabulary.concepts)} concepts, {len(vocabulary.labels)} labels, {len(found)} faults.")
    if kept:
        _tell_changes(vocabulary)
    context.exit(1 if found else 0)


def _tell_changes(vocabulary: Vocabulary) -> None:
    changed = 0
    with site().reading() as session:
        for one in changed_answers(session, vocabulary):
            changed += 1
            click.echo(f"{one.phrase} ({one.language}): {_told(one.before)} -> {_told(one.after)}")
    click.echo(f"Kept phrases that would be answered otherwise: {changed}.")


def _told(answer: Answer) -> str:
    return ", ".join(concept_id if sure else f"{concept_id}?" for concept_id, sure in answer) or "nothing"
