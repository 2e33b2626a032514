"""What partners lend finds the needs that it may serve, by its kind and by what its words speak of."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from matchmaker.cli.match import match
from matchmaker.groups.rules import NeedKind
from matchmaker.matching.rules.offers import NEAR_KIND, Offer, OfferKind, Wish, rank_offers, serves
from tests.rules.shipped import VOCABULARY

KITCHEN = Offer(kind=OfferKind.PREMISES, parts=("Cuisine d'une école", "fours", "le mercredi"))
WORKSHOP = Offer(kind=OfferKind.PREMISES, parts=("Atelier de menuiserie", "établis", "raboteuse"))
VAN = Offer(kind=OfferKind.VEHICLE, parts=("Fourgon d'un menuisier", "porter des planches"))
SEWING = Offer(kind=OfferKind.EQUIPMENT, parts=("Machines à coudre", "surjeteuse"))
FUND = Offer(kind=OfferKind.FUNDING, parts=("Prime aux cuisines partagées",))
OFFERS = [KITCHEN, WORKSHOP, VAN, SEWING, FUND]


def found(kind: NeedKind, *parts: str, top: int = 5) -> list[Offer]:
    """The offers for one need, best first."""
    (best,) = rank_offers([Wish(kind=kind, parts=parts)], OFFERS, VOCABULARY, top=top)
    assert all(0 < fit <= 1 for _, fit in best)
    assert [fit for _, fit in best] == sorted((fit for _, fit in best), reverse=True)
    return [OFFERS[place] for place, _ in best]


def test_a_place_is_found_in_other_words() -> None:
    assert found(NeedKind.PREMISES, "Un lieu pour cuisiner ensemble", "préparer des repas")[0] is KITCHEN
    assert found(NeedKind.PREMISES, "De la place pour travailler le bois", top=1) == [WORKSHOP]


def test_a_van_is_equipment_and_what_stands_in_a_room_comes_after() -> None:
    assert found(NeedKind.EQUIPMENT, "Transporter des planches de menuiserie") == [VAN, WORKSHOP]


def test_money_serves_no_other_need_and_nothing_serves_instead_of_it() -> None:
    assert found(NeedKind.FUNDING, "Payer les fours de notre cuisine partagée") == [FUND]
    assert FUND not in found(NeedKind.PREMISES, "Une cuisine partagée", "fours")


def test_whoever_lends_anything_may_know_somebody() -> None:
    assert set(found(NeedKind.CONTACT, "Qui connaît une cuisine d'école ?")) >= {KITCHEN, FUND}
    assert {serves(kind, NeedKind.CONTACT) for kind in OfferKind} == {NEAR_KIND, 1}


@pytest.mark.parametrize("kind", [NeedKind.SKILL, NeedKind.LEAD])
def test_people_are_asked_for_skills(kind: NeedKind) -> None:
    assert found(kind, "Coudre avec des machines à coudre") == []


def test_without_needs_or_offers_there_is_nothing() -> None:
    wish = Wish(kind=NeedKind.PREMISES, parts=("Une cuisine",))
    assert rank_offers([], OFFERS, VOCABULARY, top=5) == []
    assert rank_offers([wish], [], VOCABULARY, top=5) == [[]]
    assert rank_offers([wish], [Offer(kind=OfferKind.PREMISES, parts=("!?",))], VOCABULARY, top=5) == [[]]


def run(folder: Path, *arguments: str) -> Result:
    """`matchmaker match batch` with what a test wrote into a folder."""
    given = ["batch", f"--needs={folder / 'x_needs.jsonl'}", f"--output={folder / 'run.txt'}", *arguments]
    return CliRunner().invoke(match, given)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two offers and a need as files, with a line of each that is wrong."""
    offers = [
        {
            "id": "o1",
            "kind": "premises",
            "title": KITCHEN.parts[0],
            "words": ["fours"],
            "description": "Clair",
        },
        {"id": "o2", "kind": "premises", "title": WORKSHOP.parts[0], "words": []},
        {"id": "o3", "kind": "castle", "title": "Château", "words": []},
    ]
    needs = [
        {"id": "n1", "kind": "premises", "title": "Cuisiner ensemble", "skills": ["repas"]},
        {"id": "n2", "title": "Sans genre", "skills": []},
    ]
    for name, rows in (("x_offers", offers), ("x_needs", needs)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path


def test_offers_are_ranked_from_file_to_file(folder: Path) -> None:
    done = run(folder, f"--offers={folder / 'x_offers.jsonl'}")
    assert done.exit_code == 1
    assert "x_offers.jsonl, line 3: the kind 'castle' is none of premises, equipment, vehicle" in done.stderr
    assert "x_needs.jsonl, line 2: the kind None is none of skill, premises" in done.stderr
    first, *_ = (folder / "run.txt").read_text(encoding="utf-8").splitlines()
    assert first.split()[:4] == ["n1", "Q0", "o1", "1"]


def test_batch_wants_citizens_or_offers(folder: Path) -> None:
    offers = f"--offers={folder / 'x_offers.jsonl'}"
    for wrong in ([], [offers, offers.replace("--offers", "--citizens")]):
        done = run(folder, *wrong)
        assert done.exit_code == 2
        assert "Give either --citizens or --offers." in done.stderr


def test_evaluate_knows_offers(folder: Path) -> None:
    for name in ("x_offers", "x_needs"):
        path = folder / f"{name}.jsonl"
        path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]), encoding="utf-8")
    (folder / "x_qrels.tsv").write_text("n1\to1\t2\n", encoding="utf-8")
    done = CliRunner().invoke(match, ["evaluate", str(folder)])
    assert done.exit_code == 0, done.output
    assert "x_needs                  nDCG@10                    1.000   1 judged" in done.stdout
