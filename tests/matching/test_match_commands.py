"""``matchmaker match explain|compare|export``: what the commands tell of the database."""

import csv
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select

from matchmaker.base.db import make_session_factory
from matchmaker.base.work import WorkFactory
from matchmaker.cli.judged_files import FEWEST_JUDGED, safe_cell
from matchmaker.cli.match_database import match
from matchmaker.groups.models import StartupGroup
from matchmaker.groups.rules import NeedState
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Party, State
from matchmaker.matching.rules import WEIGHTS
from matchmaker.places.models import Territory
from matchmaker.vocabulary import service as vocabulary
from matchmaker.vocabulary.rules import VerdictKind
from tests import builders
from tests.doors import make_app, works_of


@pytest.fixture
def works(named_engine: Engine) -> WorkFactory:
    """Units of work in a database that the environment names."""
    return works_of(make_app(make_session_factory(named_engine)))


@pytest.fixture
def pair(works: WorkFactory) -> tuple[int, int]:
    """A need that is not open and a citizen."""
    with works.begin() as work:
        world = builders.make_world(work)
        group = builders.add_group(work, world.challenge)
        need = builders.add_need(work, group, nice=["couture"], state=NeedState.CLOSED)
        citizen = builders.add_citizen(work, world.territory, commune="26362", radius_km=20)
    return need.id, citizen.id


def explain(need: int, citizen: int) -> Result:
    """Run the command."""
    return CliRunner().invoke(match, ["explain", "--need", str(need), "--citizen", str(citizen)])


def test_each_part_of_a_score_is_told(pair: tuple[int, int]) -> None:
    result = explain(*pair)

    assert result.exit_code == 0
    assert "not proposed: closed" in result.stdout
    assert "must 'réparation de vélos': 'réparer des vélos' (" in result.stdout
    assert "nice 'couture': nothing" in result.stdout
    assert "distance: -" in result.stdout
    assert "challenge: +0.00, not known" in result.stdout
    assert "best change: " in result.stdout


def test_what_does_not_exist_is_a_clear_error(pair: tuple[int, int]) -> None:
    need, citizen = pair

    assert "there is no need 999999" in explain(999_999, citizen).output
    assert "there is no citizen 999999" in explain(need, 999_999).output
    assert explain(need, 999_999).exit_code == 1


def run(*arguments: str) -> Result:
    """Run a command of the group."""
    return CliRunner().invoke(match, arguments)


@pytest.fixture
def crowd(works: WorkFactory) -> dict[str, int]:
    """A need that asks for two skills, and three people with a part of them; their numbers by first name."""
    with works.begin() as work:
        world = builders.make_world(work)
        group = builders.add_group(work, world.challenge)
        need = builders.add_need(
            work,
            group,
            title="Vélos & fils",
            wanted=["réparation de vélos"],
            nice=["couture", "comptabilité"],
        )
        builders.add_need(work, group, title="Tenir la buvette", wanted=["buvette"])
        builders.add_need(work, group, title="Fini", wanted=["couture"], state=NeedState.CLOSED)
        people = {
            "Mécano": ["réparer des vélos"],
            "Couture": ["coudre", "compta"],
            "Tout": ["réparer des vélos", "coudre", "compta"],
        }
        numbers = {
            name: builders.add_citizen(
                work, world.territory, skills=skills, first_name=name, address=f"{number}@secret.example"
            ).id
            for number, (name, skills) in enumerate(people.items())
        }
        builders.add_citizen(
            work, world.other_territory, commune="63113", address="volcan@secret.example", skills=["coudre"]
        )
    return numbers | {"need": need.id}


def weights_file(folder: Path, text: str) -> str:
    path = folder / "weights.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_two_sets_of_weights_are_compared_in_a_territory(crowd: dict[str, int], tmp_path: Path) -> None:
    even = weights_file(tmp_path, 'version = "even"\nmust = 1\nmissing_must = 0\n')

    done = run("compare", WEIGHTS.version, even, "--territory", "valence-romans", "--top", "2")

    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == f"{WEIGHTS.version} to even"
    assert lines[1:3] == ["needs whose first 2 change: 1 of 2", "letters whose first 5 change: 0 of 3"]
    assert re.fullmatch(r"mean of the first 2: \d+\.\d\d to \d+\.\d\d", lines[3])
    assert lines[4] == (f"need {crowd['need']}, Vélos & fils: in {crowd['Couture']}; out {crowd['Mécano']}")
    assert {line.split(":")[0] for line in lines[5:]} == {
        f"  citizen {crowd[name]}" for name in ("Couture", "Mécano")
    }
    for line in lines[5:]:
        before, after, difference = re.findall(r"[-+]?\d+\.\d\d", line)
        assert round(float(after) - float(before), 2) == float(difference)
        assert (float(difference) > 0) is (f"citizen {crowd['Couture']}:" in line)


def test_a_set_beside_itself_changes_nothing(crowd: dict[str, int]) -> None:
    done = run("compare", WEIGHTS.version, WEIGHTS.version, "--territory", "valence-romans")

    assert done.stdout.splitlines()[1:3] == [
        "needs whose first 10 change: 0 of 2",
        "letters whose first 5 change: 0 of 3",
    ]


def test_letters_that_change_are_counted(crowd: dict[str, int], tmp_path: Path) -> None:
    harsh = weights_file(tmp_path, 'version = "harsh"\nmissing_must = 1.0\n')

    done = run("compare", WEIGHTS.version, harsh, "--territory", "valence-romans")

    assert "letters whose first 5 change: 1 of 3" in done.stdout
    assert f"in nobody; out {crowd['Couture']}" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version = ", "weights.toml: Invalid value"),
        ("must = 2", "weights.toml: no version is given"),
        ('version = "x"\nmust = -1', "weights.toml: must is -1.0"),
        ('version = "x"\nmusts = 1', "weights.toml: no weight is called musts"),
    ],
)
def test_a_file_that_is_no_set_of_weights_is_a_clear_error(
    crowd: dict[str, int], tmp_path: Path, text: str, said: str
) -> None:
    done = run("compare", WEIGHTS.version, weights_file(tmp_path, text), "--territory", "valence-romans")

    assert done.exit_code == 1
    assert said in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("2020-01", WEIGHTS.version, "--territory", "valence-romans"), "2020-01 is neither a file nor"),
        ((WEIGHTS.version, WEIGHTS.version, "--territory", "nowhere"), "there is no territory 'nowhere'"),
    ],
)
def test_what_is_not_there_to_compare_is_a_clear_error(
    crowd: dict[str, int], arguments: tuple[str, ...], said: str
) -> None:
    done = run("compare", *arguments)
    assert done.exit_code == 1
    assert said in done.output


def test_the_judged_sets_of_a_territory_are_files_that_evaluate_reads(
    works: WorkFactory, crowd: dict[str, int], tmp_path: Path
) -> None:
    with works.begin() as work:
        territories = {one.slug: one for one in work.session.scalars(select(Territory))}
        orane = builders.add_organiser(work, territories["valence-romans"], address="orane@secret.example")
        for slug, phrase, other, kind in (
            ("valence-romans", "bicloune", "réparation de vélos", VerdictKind.SAME),
            ("valence-romans", "jardinage", "=gardiennage", VerdictKind.NEVER),
            ("valence-romans", "zwirbel", "textile.sewing", VerdictKind.SAME),
            ("clermont", "volcan", "cratère", VerdictKind.SAME),
        ):
            vocabulary.declare_verdict(
                work,
                territory_id=territories[slug].id,
                account_id=orane.id,
                phrase=phrase,
                other=other,
                kind=kind,
            )
        chosen = {
            "coudre": "textile.sewing",
            "compta": "finance.accounting",
            "amina@secret.example": "food.cooking",
        }
        for number, own in enumerate((["coudre", "amina@secret.example"], ["coudre", "compta", "buvette"])):
            citizen = builders.add_citizen(
                work, territories["valence-romans"], skills=own, address=f"chose{number}@secret.example"
            )
            for skill in citizen.skills:
                if skill.phrase in chosen:
                    skill.concept_id, skill.confirmed = chosen[skill.phrase], True
    folder = tmp_path / "new" / "sets"

    done = run("export", "--territory", "valence-romans", str(folder))

    assert done.exit_code == 0, done.output
    assert "2 pairs in valence-romans_pairs.csv, 2 phrases in h1_valence-romans.jsonl" in done.stdout
    with (folder / "valence-romans_pairs.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["a", "b", "same"],
            ["bicloune", "réparation de vélos", "1"],
            ["jardinage", "'=gardiennage", "0"],
        ]
    rows = (folder / "h1_valence-romans.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row) for row in rows] == [
        {"query": "compta", "lang": "fr", "gold": ["finance.accounting"]},
        {"query": "coudre", "lang": "fr", "gold": ["textile.sewing"]},
    ]
    assert not any("secret.example" in path.read_text(encoding="utf-8") for path in folder.iterdir())
    measured = run("evaluate", str(folder))
    assert measured.exit_code == 0, measured.output
    assert re.search(r"h1_valence-romans +accuracy@1 +1\.000 +2 judged", measured.stdout)
    assert re.search(r"valence-romans_pairs +average precision .* 2 judged", measured.stdout)


def test_the_judged_sets_of_a_new_territory_are_empty_and_can_be_read(
    crowd: dict[str, int], tmp_path: Path
) -> None:
    assert run("export", "--territory", "clermont", str(tmp_path)).exit_code == 0
    assert run("export", "--territory", "nowhere", str(tmp_path)).exit_code == 1

    measured = run("evaluate", str(tmp_path))

    assert measured.exit_code == 0, measured.output
    assert measured.stdout.count(" 0 judged") == 4


def test_what_came_of_introductions_is_a_ranking_set_that_names_nobody(
    works: WorkFactory, crowd: dict[str, int], tmp_path: Path
) -> None:
    assert crowd
    with works.begin() as work:
        territory = work.session.scalars(select(Territory).where(Territory.slug == "valence-romans")).one()
        group = work.session.scalars(select(StartupGroup).limit(1)).one()
        need = builders.add_need(work, group, title="Nos vélos", wanted=["réparation de vélos"], places=30)
        for number in range(FEWEST_JUDGED):
            able = number % 2 == 0
            skills = ["mécano vélo" if able else "cuisine", "joignez-moi@secret.example"]
            one = builders.add_citizen(
                work, territory, address=f"judged-{number}@secret.example", skills=skills
            )
            work.session.add(
                Introduction(
                    need_id=need.id,
                    citizen_id=one.id,
                    group_id=group.id,
                    territory_id=territory.id,
                    begun_by=Party.CITIZEN,
                    begun_at=work.now,
                    since=work.now,
                    state=State.HELPED if able else State.NOT_HELPED,
                    score=50,
                )
            )

    done = run("export", "--territory", "valence-romans", str(tmp_path))

    assert done.exit_code == 0, done.output
    assert "20 endings in valence-romans_needs.jsonl" in done.stdout
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert "secret.example" not in written
    measured = run("evaluate", str(tmp_path))
    assert re.search(r"valence-romans_needs +nDCG@10 +1\.000 +1 judged", measured.stdout), measured.output
    with works.begin() as work:
        work.session.delete(work.session.scalars(select(Introduction).limit(1)).one())
    folder = tmp_path / "fewer"
    assert "no ranking set" in run("export", "--territory", "valence-romans", str(folder)).stdout
    assert not (folder / "valence-romans_qrels.tsv").exists()


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(sign: str) -> None:
    assert safe_cell(f"{sign}SUM(A1)") == f"'{sign}SUM(A1)"
    assert safe_cell(f"c{sign}") == f"c{sign}"
