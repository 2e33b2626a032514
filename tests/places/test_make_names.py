"""The names that ship beside the communes are made from the administrative table."""

import json
from pathlib import Path

import pytest

from matchmaker.places.data.make_names import main


def test_names_of_departements_and_of_former_communes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entities = [
        {"code": "26210", "nom": "Valherbasse", "type": "commune-actuelle"},
        {"code": "26210", "nom": "Montrigaud", "type": "commune-deleguee", "chefLieu": "26210"},
        {"code": "26211", "nom": "Valherbasse", "type": "commune-associee", "chefLieu": "26210"},
        {"code": "13201", "nom": "Marseille 1er Arrondissement", "type": "arrondissement-municipal"},
    ]
    (tmp_path / "communes.json").write_text(json.dumps(entities), encoding="utf-8")
    (tmp_path / "departements.json").write_text(
        json.dumps([{"code": "26", "nom": "Drôme"}, {"code": "984", "nom": "Terres australes"}]),
        encoding="utf-8",
    )

    main(["--decoupage", str(tmp_path), "--output", str(tmp_path)])

    assert (tmp_path / "departements.csv").read_text(encoding="utf-8") == "code,name\n26,Drôme\n"
    assert (tmp_path / "former_communes.csv").read_text(encoding="utf-8").splitlines() == [
        "code,name,part_of",
        "26210,Montrigaud,26210",
    ]
    assert "1 départements and collectivités, 1 former communes" in capsys.readouterr().out
