"""``matchmaker catalogue load``: what ships, and the official downloads of ESCO and ROME."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from matchmaker.base.work import Work
from matchmaker.cli import site
from matchmaker.places import loading as places_loading
from matchmaker.vocabulary import loading as vocabulary_loading
from matchmaker.vocabulary.rules import (
    Vocabulary,
    VocabularyError,
    merge,
    vocabulary_from_esco,
    vocabulary_from_rome,
)

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def catalogue() -> None:
    """Places and the skill vocabulary."""


@catalogue.command()
@click.option(
    "--esco", type=FOLDER, multiple=True, help="Folder of ESCO's CSV files of one language (…_fr.csv)."
)
@click.option(
    "--rome", type=FOLDER, help="Folder with ROME's unix_referentiel_appellation and …_code_rome CSV files."
)
def load(esco: tuple[Path, ...], rome: Path | None) -> None:
    """Load communes and the starter vocabulary, and official vocabularies beside it. Loading again changes nothing."""
    with site().works.begin() as work:
        with _progress("Communes") as progress:
            communes = places_loading.load_communes(work, progress=progress)
        click.echo(
            f"{communes} communes. Sources: Etalab, Insee, La Poste (Licence Ouverte 2.0); GeoNames (CC-BY 4.0)."
        )
        with _progress("Vocabulary") as progress:
            _tell(
                vocabulary_loading.STARTER,
                vocabulary_loading.load_shipped_vocabulary(work, progress=progress),
            )
        try:
            if esco:
                _load(work, merge(*(read_esco(path) for path in esco)), vocabulary_loading.ESCO)
            if rome:
                _load(work, read_rome(rome), vocabulary_loading.ROME)
        except (VocabularyError, KeyError, UnicodeDecodeError) as error:
            raise click.ClickException(f"a file is not as expected: {error}") from error


def read_esco(folder: Path) -> Vocabulary:
    """ESCO's files of one language, told by the ending of their names. Raises ClickException without skills."""
    skills = sorted(folder.glob("skills_??.csv"))
    if not skills:
        raise click.ClickException(f"{folder}: no file skills_fr.csv or skills_en.csv")
    language = skills[0].stem[-2:]
    return vocabulary_from_esco(
        _rows(skills[0]),
        _rows_if_there(folder / f"occupations_{language}.csv"),
        _rows_if_there(folder / f"broaderRelationsSkillPillar_{language}.csv"),
        _rows_if_there(folder / f"occupationSkillRelations_{language}.csv"),
        language=language,
    )


def read_rome(folder: Path) -> Vocabulary:
    """ROME's job names and codes. Raises ClickException when a file is not there."""
    found = []
    for name in ("unix_referentiel_appellation*.csv", "unix_referentiel_code_rome*.csv"):
        paths = sorted(folder.glob(name))
        if not paths:
            raise click.ClickException(f"{folder}: no file {name}")
        found.append(_rows(paths[-1]))
    return vocabulary_from_rome(*found)


def _load(work: Work, vocabulary: Vocabulary, source: vocabulary_loading.Source) -> None:
    with _progress(source.name.upper()) as progress:
        loaded = vocabulary_loading.load_vocabulary(work, vocabulary, source=source, progress=progress)
    _tell(source, loaded)


def _tell(source: vocabulary_loading.Source, loaded: vocabulary_loading.Loaded) -> None:
    state = "loaded" if loaded.changed else "already there"
    click.echo(f"{source.name}: {loaded.concepts} concepts, {loaded.labels} labels, {state}.")
    click.echo(f"  {source.attribution} Licence: {source.licence}.")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _rows_if_there(path: Path) -> list[dict[str, str]]:
    return _rows(path) if path.exists() else []


@contextmanager
def _progress(label: str) -> Iterator[places_loading.Progress]:
    with click.progressbar(length=1, label=label, show_eta=False) as bar:

        def show(what: str, done: int, total: int) -> None:
            bar.label = f"{label}: {what}"
            bar.length = max(total, 1)
            bar.pos = 0
            bar.update(done)

        yield show
