"""The official downloads of ESCO and ROME, as they are published: loaded in seconds, once, with their attribution.

The real data is turned into files of the published shape; without it only the small samples are read.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from click import ClickException
from sqlalchemy import Engine, func, select

from matchmaker.base.db import make_session_factory
from matchmaker.cli.catalogue import read_esco, read_rome
from matchmaker.vocabulary import service as vocabulary_service
from matchmaker.vocabulary.models import Concept, ConceptLabel
from matchmaker.vocabulary.rules import LabelKind, RelationKind
from tests.checkout import ROOT
from tests.cli.command import Command

DATA = ROOT.parent / "shared" / "data"
ESCO = "http://data.europa.eu/esco"
needs_data = pytest.mark.skipif(
    not (DATA / "vocabulary.csv.gz").exists(),
    reason="no reference vocabulary in ../shared/data beside the checkout",
)

SKILLS = ("conceptType", "conceptUri", "skillType", "preferredLabel", "altLabels", "hiddenLabels")
OCCUPATIONS = ("conceptType", "conceptUri", "iscoGroup", "preferredLabel", "altLabels", "hiddenLabels")
BROADER = ("conceptType", "conceptUri", "broaderType", "broaderUri")
USES = ("occupationUri", "relationType", "skillType", "skillUri")


def write(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> None:
    """A CSV file with a byte order mark, as the downloads have one."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(columns), restval="")
        writer.writeheader()
        writer.writerows(rows)


def packed_rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a packed file of the reference data."""
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def write_esco(folder: Path, language: str) -> None:
    """The reference vocabulary of one language in ESCO's published shape."""
    folder.mkdir()
    kinds: dict[str, str] = {}
    preferred: dict[str, str] = {}
    others: defaultdict[str, list[str]] = defaultdict(list)
    for row in packed_rows("vocabulary.csv.gz"):
        if row["lang"] == language:
            kinds[row["concept"]] = row["type"]
            if row["kind"] == "pref":
                preferred[row["concept"]] = row["label"]
            else:
                others[row["concept"]].append(row["label"])
    rows: dict[bool, list[dict[str, str]]] = {True: [], False: []}
    for concept, label in preferred.items():
        is_job = kinds[concept] == "occupation"
        rows[is_job].append(
            {
                "conceptUri": f"{ESCO}/{'occupation' if is_job else 'skill'}/{concept}",
                "preferredLabel": label,
                "altLabels": "\n".join(others[concept]),
                **(
                    {}
                    if is_job
                    else {"skillType": "knowledge" if kinds[concept] == "knowledge" else "skill/competence"}
                ),
            }
        )
    write(folder / f"skills_{language}.csv", SKILLS, rows[False])
    write(folder / f"occupations_{language}.csv", OCCUPATIONS, rows[True])
    write(
        folder / f"broaderRelationsSkillPillar_{language}.csv",
        BROADER,
        (
            {"conceptUri": f"{ESCO}/skill/{row['concept']}", "broaderUri": f"{ESCO}/skill/{row['broader']}"}
            for row in packed_rows("skill_broader.csv.gz")
        ),
    )
    write(
        folder / f"occupationSkillRelations_{language}.csv",
        USES,
        (
            {
                "occupationUri": f"{ESCO}/occupation/{row['occ']}",
                "relationType": "essential" if row["rel"] == "e" else "optional",
                "skillUri": f"{ESCO}/skill/{row['skill']}",
            }
            for row in packed_rows("occupation_skills.csv.gz")
        ),
    )


def write_rome(folder: Path) -> None:
    """The reference job names in ROME's published shape."""
    folder.mkdir()
    write(
        folder / "unix_referentiel_appellation_v460_utf8.csv",
        ("code_ogr", "libelle_appellation_long", "libelle_appellation_court", "code_rome"),
        (
            {"code_ogr": row["ogr"], "libelle_appellation_long": row["label"], "code_rome": row["rome"]}
            for row in packed_rows("rome_appellations.csv.gz")
        ),
    )
    with (DATA / "rome_codes.csv").open(encoding="utf-8", newline="") as stream:
        codes = [{"code_rome": row["rome"], "libelle_rome": row["label"]} for row in csv.DictReader(stream)]
    write(folder / "unix_referentiel_code_rome_v460_utf8.csv", ("code_rome", "libelle_rome"), codes)


@needs_data
@pytest.mark.slow
@pytest.mark.unmeasured
@pytest.mark.sqlite_daily
def test_the_whole_of_both_is_loaded_once(fresh_engine: Engine, command: Command, tmp_path: Path) -> None:
    for language in ("fr", "en"):
        write_esco(tmp_path / language, language)
    write_rome(tmp_path / "rome")
    arguments = ("catalogue", "load", "--esco", "fr", "--esco", "en", "--rome", "rome")
    first = command.run(*arguments)
    assert "This service uses the ESCO classification of the European Commission." in first.stdout
    assert "France Travail" in first.stdout
    assert "Licence Ouverte 2.0" in first.stdout
    with make_session_factory(fresh_engine)() as session:

        def count() -> tuple[int, int]:
            return (
                session.scalar(select(func.count()).select_from(Concept)) or 0,
                session.scalar(select(func.count()).select_from(ConceptLabel)) or 0,
            )

        before = count()
        by_source = dict(session.execute(select(Concept.source, func.count()).group_by(Concept.source)).all())
        assert by_source["esco"] >= 17_000
        assert by_source["rome"] >= 600
        session.rollback()
        again = command.run(*arguments)
        assert [
            line.rpartition(", ")[2]
            for line in again.stdout.splitlines()
            if ": " in line and "labels" in line
        ] == ["already there."] * 3
        assert count() == before
        found = vocabulary_service.lexicon(session).resolver.resolve(
            "gérer le personnel musical", language="fr"
        )
        assert found[0].score > 0.9


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A few concepts in ESCO's shape, with what real files have: many lines in a cell, blanks, groups."""
    write(
        tmp_path / "skills_fr.csv",
        SKILLS,
        [
            {
                "conceptUri": f"{ESCO}/skill/1", "skillType": "skill/competence", "preferredLabel": "réparer des vélos",
                "altLabels": "entretenir des vélos\n  \nréviser un cycle ", "hiddenLabels": "mécano vélo",
            },
            {"conceptUri": f"{ESCO}/skill/2", "skillType": "knowledge", "preferredLabel": "cycles"},
        ],
    )  # fmt: skip
    write(
        tmp_path / "occupations_fr.csv",
        OCCUPATIONS,
        [{"conceptUri": f"{ESCO}/occupation/3", "preferredLabel": "mécanicien vélo/mécanicienne vélo"}],
    )
    write(
        tmp_path / "broaderRelationsSkillPillar_fr.csv",
        BROADER,
        [{"conceptUri": f"{ESCO}/skill/1", "broaderUri": f"{ESCO}/skill/S1"}],
    )
    write(
        tmp_path / "occupationSkillRelations_fr.csv",
        USES,
        [
            {
                "occupationUri": f"{ESCO}/occupation/3",
                "relationType": "essential",
                "skillUri": f"{ESCO}/skill/1",
            },
            {
                "occupationUri": f"{ESCO}/occupation/3",
                "relationType": "optional",
                "skillUri": f"{ESCO}/skill/2",
            },
        ],
    )
    return tmp_path


def test_escos_files_are_read_with_all_their_labels_and_relations(sample: Path) -> None:
    vocabulary = read_esco(sample)
    assert {concept.id: concept.kind for concept in vocabulary.concepts} == {
        "1": "skill",
        "2": "knowledge",
        "3": "occupation",
    }
    texts = {(label.kind, label.text) for label in vocabulary.labels if label.concept_id == "1"}
    assert texts == {
        (LabelKind.PREFERRED, "réparer des vélos"),
        (LabelKind.WORD, "entretenir des vélos"),
        (LabelKind.WORD, "réviser un cycle"),
        (LabelKind.WORD, "mécano vélo"),
    }
    jobs = {label.text for label in vocabulary.labels if label.concept_id == "3"}
    assert {"mécanicien vélo", "mécanicienne vélo"} <= jobs
    assert {(r.source, r.target, r.kind) for r in vocabulary.relations} == {
        ("1", "S1", RelationKind.BROADER),
        ("3", "1", RelationKind.ESSENTIAL),
        ("3", "2", RelationKind.OPTIONAL),
    }


def test_escos_skills_alone_are_enough(sample: Path) -> None:
    for path in sample.glob("[!s]*.csv"):
        path.unlink()
    assert [concept.id for concept in read_esco(sample).concepts] == ["1", "2"]


def test_romes_job_names_hang_on_their_code_and_its_domain(tmp_path: Path) -> None:
    write(
        tmp_path / "unix_referentiel_appellation_v460_utf8.csv",
        ("code_ogr", "libelle_appellation_long", "code_rome"),
        [{"code_ogr": "1", "libelle_appellation_long": "Cordonnier / Cordonnière", "code_rome": "B1802"}],
    )
    write(
        tmp_path / "unix_referentiel_code_rome_v460_utf8.csv",
        ("code_rome", "libelle_rome"),
        [{"code_rome": "B1802", "libelle_rome": "Réalisation d'articles en cuir"}],
    )
    vocabulary = read_rome(tmp_path)
    texts = {label.text for label in vocabulary.labels if label.concept_id == "rome.B1802"}
    assert texts >= {"Réalisation d'articles en cuir", "Cordonnier", "Cordonnière"}
    assert vocabulary.label("rome.B1802", "fr") == "Réalisation d'articles en cuir"
    assert [(r.source, r.target) for r in vocabulary.relations] == [("rome.B1802", "rome.B18")]


def test_a_folder_without_the_files_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ClickException, match="no file skills_fr"):
        read_esco(tmp_path)
    with pytest.raises(ClickException, match="unix_referentiel_appellation"):
        read_rome(tmp_path)
