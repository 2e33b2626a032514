"""``matchmaker catalogue load``: everything that ships, once, with its sources told."""

import pytest
from sqlalchemy import Engine, func, select

from matchmaker.base.db import make_session_factory
from matchmaker.places.models import Commune
from matchmaker.vocabulary.models import Concept, ResolvedPhrase
from matchmaker.vocabulary.service import lexicon_key
from tests.cli.command import Command


def test_what_ships_is_loaded_with_its_sources_and_then_there(command: Command, fresh_engine: Engine) -> None:
    first = command.run("catalogue", "load").stdout
    assert "Etalab" in first
    assert "GeoNames (CC-BY 4.0)" in first
    assert "labels, loaded." in first
    assert "already there." in command.run("catalogue", "load").stdout
    with make_session_factory(fresh_engine)() as session:
        assert (session.scalar(select(func.count()).select_from(Commune)) or 0) > 34_000
        assert (session.scalar(select(func.count()).select_from(Concept)) or 0) >= 700


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "no file skills_fr.csv"),
        ("a,b\n1,2\n", "not as expected"),
        (b"conceptUri,preferredLabel\nx,\xe9\xe9\n", "not as expected"),
    ],
)
def test_files_that_are_not_as_expected_are_told_and_nothing_is_kept(
    command: Command, fresh_engine: Engine, content: str | bytes | None, why: str
) -> None:
    folder = command.folder / "esco"
    folder.mkdir()
    if content is not None:
        (folder / "skills_fr.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    done = command.try_to_run("catalogue", "load", "--esco", "esco")
    assert done.returncode == 1
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    with make_session_factory(fresh_engine)() as session:
        assert session.scalar(select(func.count()).select_from(Commune)) == 0


def test_what_ships_is_sound_and_what_it_changes_is_told(command: Command, fresh_engine: Engine) -> None:
    command.run("catalogue", "load")
    with make_session_factory(fresh_engine)() as session:
        key = lexicon_key(session)
        for phrase, answer in (("peinture", ("farming.vines", 0.4)), ("compta", ("finance.accounting", 1.0))):
            kept = ResolvedPhrase(phrase=phrase, language="fr", vocabulary_version=key, resolutions=[answer])
            session.add(kept)
        session.commit()
    said = command.run("catalogue", "check", "--kept").stdout
    assert "labels, 0 faults." in said
    assert "peinture (fr): farming.vines? -> building.painting\n" in said
    assert "Kept phrases that would be answered otherwise: 1." in said


def test_faults_of_a_folder_are_told_with_an_exit_of_one(command: Command) -> None:
    folder = command.folder / "words"
    folder.mkdir()
    lines = (
        "id,label_fr,label_en,words_fr,words_en,broader,related",
        "food.bread,pain,bread,miche,,,",
        "food.cakes,gâteaux,cakes,miche|apprendre à cuisiner,,,",
    )
    (folder / "food.csv").write_text("\n".join(lines), encoding="utf-8")
    done = command.try_to_run("catalogue", "check", "--vocabulary", "words")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "one label of two concepts: miche (food.bread, fr) / miche (food.cakes, fr)",
        "may be read as wanting to learn it: apprendre à cuisiner (food.cakes, fr)",
        "2 concepts, 7 labels, 2 faults.",
    ]
