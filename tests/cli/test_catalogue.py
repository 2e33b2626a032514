"""``matchmaker catalogue load``: everything that ships, once, with its sources told."""

import pytest
from sqlalchemy import Engine, func, select

from matchmaker.base.db import make_session_factory
from matchmaker.places.models import Commune
from matchmaker.vocabulary.models import Concept
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
