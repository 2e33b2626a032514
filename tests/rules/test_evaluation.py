"""Figures by hand, then the commands from file to file, then the development sets where they are."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from matchmaker.cli.evaluation import Engine, evaluate_folder, pair_figures, resolving_figures
from matchmaker.cli.match import match
from matchmaker.cli.skills import skills
from matchmaker.cli.vocabulary_files import read_vocabulary
from matchmaker.matching.rules.evaluate import (
    accuracy_at_1,
    average_precision,
    f1,
    ndcg_at_10,
    recall_at_50,
    reciprocal_rank_at_10,
)
from matchmaker.vocabulary.rules import vocabulary_from_flat_rows

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def test_figures_are_the_usual_ones() -> None:
    assert accuracy_at_1(["a", "b"], {"a"}) == 1
    assert accuracy_at_1([], {"a"}) == 0
    assert reciprocal_rank_at_10(["x", "a"], {"a"}) == 0.5
    assert reciprocal_rank_at_10(["x"], {"a"}) == 0
    assert ndcg_at_10(["a", "b"], {"a": 2, "b": 1}) == 1
    assert ndcg_at_10(["b", "a"], {"a": 2, "b": 1}) == pytest.approx(
        (1 + 2 / 1.58496) / (2 + 1 / 1.58496), abs=1e-4
    )
    assert ndcg_at_10(["a"], {}) == 0
    assert recall_at_50(["a", "x"], {"a", "b"}) == 0.5
    assert recall_at_50([], set()) == 0
    assert f1([0.9, 0.4, 0.8], [True, True, False], 0.5) == 0.5
    assert f1([0.1], [False], 0.5) == 0
    assert average_precision([0.9, 0.8, 0.7], [True, False, True]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([0.5, 0.5], [True, False]) == 0.5


@pytest.fixture
def files(tmp_path: Path) -> Path:
    citizens = [
        {"id": "c1", "skills": ["mécano vélo", "compta"], "lang": "fr"},
        {"id": "c2", "skills": ["bike mechanic"], "lang": "en", "commune": "26281"},
        {"id": "c3", "skills": ["couture"]},
    ]
    need = {"id": "n1", "title": "atelier vélo", "skills": ["réparation de vélos", "comptabilité"]}
    (tmp_path / "x_citizens.jsonl").write_text(
        "\n".join(json.dumps(row) for row in citizens) + "\n", encoding="utf-8"
    )
    (tmp_path / "x_needs.jsonl").write_text(json.dumps(need) + "\n", encoding="utf-8")
    (tmp_path / "x_qrels.tsv").write_text("n1\tc1\t2\nn1\tc2\t1\n", encoding="utf-8")
    (tmp_path / "h1_x.jsonl").write_text(
        json.dumps({"query": "compta", "gold": ["finance.accounting"]}) + "\n", encoding="utf-8"
    )
    (tmp_path / "pairs.csv").write_text(
        "a,b,same\ncompta,comptabilité,1\ncouture,culture,0\n", encoding="utf-8"
    )
    (tmp_path / "other.csv").write_text("x\n1\n", encoding="utf-8")
    return tmp_path


def _batch(files: Path, *more: str) -> list[str]:
    return [
        "batch",
        f"--citizens={files / 'x_citizens.jsonl'}",
        f"--needs={files / 'x_needs.jsonl'}",
        f"--output={files / 'run.txt'}",
        *more,
    ]


def test_batch_writes_lines_for_trec_eval(files: Path) -> None:
    done = CliRunner().invoke(match, _batch(files))
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in (files / "run.txt").read_text(encoding="utf-8").splitlines()]
    assert [row[:4] for row in rows] == [["n1", "Q0", "c1", "1"], ["n1", "Q0", "c2", "2"]]
    assert all(row[5] == "matchmaker" for row in rows)
    assert float(rows[0][4]) > float(rows[1][4]) > 0


def test_batch_tells_the_numbers_of_bad_lines_and_goes_on(files: Path) -> None:
    broken = ['{"id": "c4"', "[1]", '{"id": "c5", "skills": "couture"}', '{"id": " ", "skills": []}', ""]
    with (files / "x_citizens.jsonl").open("a", encoding="utf-8") as stream:
        stream.write("\n".join(broken) + "\n")
    done = CliRunner().invoke(match, _batch(files, "--top=1"))
    assert done.exit_code == 1
    for number in (4, 5, 6, 7):
        assert f"line {number}:" in done.stderr
    assert len((files / "run.txt").read_text(encoding="utf-8").splitlines()) == 1


def test_evaluate_prints_a_figure_for_each_set(files: Path) -> None:
    done = CliRunner().invoke(match, ["evaluate", str(files)])
    assert done.exit_code == 0, done.output
    for name in ("accuracy@1", "MRR@10", "nDCG@10", "recall@50", "average precision", "F1"):
        assert name in done.output
    assert "nDCG@10                    1.000" in done.output


SMALL = vocabulary_from_flat_rows(
    {"concept": concept, "type": "skill", "lang": "fr", "kind": kind, "label": label}
    for concept, kind, label in (
        ("craft.sewing", "pref", "couture"),
        ("craft.sewing", "alt", "coudre"),
        ("craft.sewing", "alt", "retouches"),
        ("craft.baking", "pref", "boulangerie"),
        ("craft.baking", "alt", "faire du pain"),
    )
)


def _measured(folder: Path, sets: dict[str, str]) -> dict[tuple[str, str], tuple[float, int]]:
    for name, rows in sets.items():
        (folder / name).write_text(rows, encoding="utf-8")
    engine = Engine(SMALL)
    return {
        (one.subject, one.name): (one.value, one.judged) for one in evaluate_folder(folder, engine, engine)
    }


def test_words_are_judged_by_their_kind_and_by_how_sure_the_answer_is(tmp_path: Path) -> None:
    rows = [
        {"query": "couture", "kind": "plain", "gold": ["craft.baking", "craft.sewing"]},
        {"query": "coudre", "kind": "plain", "gold": ["craft.baking"]},
        {"query": "zwxk", "kind": "vague", "gold": []},
        {"query": "boulangerie", "kind": "vague", "gold": []},
        {"query": "zwxk qjv", "kind": "slang", "gold": ["craft.sewing"]},
    ]
    found = _measured(tmp_path, {"said.jsonl": "\n".join(map(json.dumps, rows))})
    assert found == {
        ("said", "right"): (2 / 5, 5),
        ("said", "wrong from 0.9"): (2 / 3, 3),
        ("said", "right, plain"): (1 / 2, 2),
        ("said", "wrong from 0.9, plain"): (1 / 2, 2),
        ("said", "right, slang"): (0, 1),
        ("said", "right, vague"): (1 / 2, 2),
        ("said", "wrong from 0.9, vague"): (1, 1),
        ("said", "first after 3 letters"): (1 / 3, 3),
        ("said", "first three after 3 letters"): (1 / 3, 3),
        ("said", "first after 4 letters"): (1 / 3, 3),
        ("said", "first three after 4 letters"): (1 / 3, 3),
        ("said", "first after 5 letters"): (1 / 3, 3),
        ("said", "first three after 5 letters"): (1 / 3, 3),
    }


def test_different_labels_that_surely_meet_in_one_concept_are_counted_in_pairs(tmp_path: Path) -> None:
    listed = "couture\ncoudre\nretouches\nboulangerie\n\nzwxk\ncouture\n"
    assert _measured(tmp_path, {"labels.txt": listed}) == {("labels", "pairs in one from 0.9"): (3, 10)}


def test_pairs_are_judged_again_with_every_label_of_theirs_unseen(tmp_path: Path) -> None:
    pairs = "a,b,same\nretouches,coudre,1\nboulangerie,bouling,0\n"
    found = _measured(tmp_path, {"h3_x.csv": pairs})
    assert found["h3_x", "average precision"] == (1, 2)
    assert found["h3_x", "AP, labels unseen"] == (0.5, 2)


def test_a_ranking_set_has_the_citizens_of_its_name_and_needs_that_somebody_fits(tmp_path: Path) -> None:
    needs = [{"id": f"n{number}", "title": "x", "skills": ["couture"]} for number in (1, 2)]
    found = _measured(
        tmp_path,
        {
            "a_needs.jsonl": "\n".join(map(json.dumps, needs)),
            "a_qrels.tsv": "n1\tc1\t2\nn2\tc1\t0\n",
            "a_citizens.jsonl": json.dumps({"id": "c1", "skills": ["coudre"]}),
            "b_citizens.jsonl": json.dumps({"id": "c1", "skills": ["faire du pain"]}),
            "b_needs.jsonl": json.dumps(needs[0]),
            "b_qrels.tsv": "n1\tc1\t1\n",
            "other_needs.jsonl": json.dumps(needs[0]),
            "other_qrels.tsv": "n1\tc1\t1\n",
        },
    )
    assert {key: value for key, value in found.items() if key[1] == "nDCG@10"} == {
        ("a_needs", "nDCG@10"): (1, 1),
        ("b_needs", "nDCG@10"): (0, 1),
    }


def test_skills_are_resolved_from_lines_and_from_json(files: Path) -> None:
    source = files / "queries.txt"
    source.write_text(
        f'compta\n\n{{"query": "bike mechanic", "lang": "en"}}\n{{"q": 1}}\n{"x" * 300}\n', encoding="utf-8"
    )
    done = CliRunner().invoke(skills, ["resolve", f"--input={source}", "--top=3"])
    assert done.exit_code == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["query"] for row in rows] == ["compta", "bike mechanic"]
    assert rows[0]["results"][0]["id"] == "finance.accounting"
    assert len(rows[0]["results"]) <= 3
    assert "line 4:" in done.stderr
    assert "line 5:" in done.stderr


def test_similar_scores_each_pair(files: Path) -> None:
    done = CliRunner().invoke(skills, ["similar", f"--input={files / 'pairs.csv'}"])
    assert done.exit_code == 0
    first, second = list(csv.DictReader(done.stdout.splitlines()))
    assert float(first["score"]) > 0.8 > 0.3 > float(second["score"])
    wrong = CliRunner().invoke(skills, ["similar", f"--input={files / 'other.csv'}"])
    assert wrong.exit_code == 1
    assert "columns a and b" in wrong.output


def test_another_vocabulary_is_read_from_a_file_with_the_hierarchy_beside_it(files: Path) -> None:
    flat = files / "v.csv"
    flat.write_text(
        "concept,type,lang,kind,label\ns1,skill,fr,pref,vannerie\ns0,skill,fr,pref,artisanat\n",
        encoding="utf-8",
    )
    (files / "skill_broader.csv").write_text("concept,broader\ns1,s0\n", encoding="utf-8")
    (files / "os.csv").write_text("occ,skill,rel\ns0,s1,e\n", encoding="utf-8")
    assert len(read_vocabulary(flat).relations) == 1
    assert len(read_vocabulary(flat, occupation_skills=files / "os.csv").relations) == 2
    done = CliRunner().invoke(match, _batch(files, f"--vocabulary={flat}"))
    assert done.exit_code == 0, done.output


@pytest.mark.slow
@pytest.mark.unmeasured
@pytest.mark.skipif(not (DATA / "dev").exists(), reason="the development sets are not here")
def test_the_development_sets_stay_where_they_are() -> None:
    engine = Engine(read_vocabulary(DATA / "vocabulary.csv.gz"))
    figures = {
        figure.name: figure.value
        for figure in (
            *resolving_figures(DATA / "dev" / "h1_dev.jsonl", engine.resolver),
            *pair_figures(DATA / "dev" / "h3_dev.csv", engine),
        )
    }
    assert figures["accuracy@1"] >= 0.865
    assert figures["MRR@10"] >= 0.90
    assert figures["average precision"] >= 0.98
    assert figures["AP, labels unseen"] >= 0.88
