"""Filling the catalogue: again and again with the same end, and with what changed."""

from collections.abc import Mapping

import pytest
from sqlalchemy import func, select

from matchmaker.base.work import Work, WorkFactory
from matchmaker.places import loading as places_loading
from matchmaker.places.models import Commune, PostalCode
from matchmaker.vocabulary import loading as vocabulary_loading
from matchmaker.vocabulary import queries as vocabulary_queries
from matchmaker.vocabulary import service as vocabulary_service
from matchmaker.vocabulary.models import (
    Concept,
    ConceptLabel,
    ConceptRelation,
    FalseFriend,
    ResolvedPhrase,
    SkillFamily,
)
from matchmaker.vocabulary.rules import (
    Relation,
    RelationKind,
    Vocabulary,
    VocabularyError,
    vocabulary_from_rows,
)
from tests.builders import World

TABLES = (Commune, PostalCode, SkillFamily, Concept, ConceptLabel, ConceptRelation, FalseFriend)


def counts(works: WorkFactory) -> dict[str, int]:
    """The rows of each table."""
    with works.begin() as work:
        return {
            table.__tablename__: work.session.scalar(select(func.count()).select_from(table)) or 0
            for table in TABLES
        }


def load_all(
    works: WorkFactory, progress: places_loading.Progress = places_loading.silent
) -> vocabulary_loading.Loaded:
    """Load everything that ships."""
    with works.begin() as work:
        places_loading.load_communes(work, progress=progress)
        return vocabulary_loading.load_shipped_vocabulary(work, progress=progress)


def test_what_ships_is_loaded_once_however_often(works: WorkFactory) -> None:
    seen: dict[str, tuple[int, int]] = {}
    first = load_all(works, lambda what, done, total: seen.update({what: (done, total)}))
    before = counts(works)
    assert first.changed
    assert before["communes"] > 34_000
    assert before["concepts"] == first.concepts
    assert before["concept_labels"] == first.labels
    assert before["false_friends"] > 75
    assert all(done == total for done, total in seen.values())
    assert seen["communes"] == (before["communes"], before["communes"])
    again = load_all(works)
    assert not again.changed
    assert counts(works) == before
    with works.begin() as work:
        (source,) = vocabulary_queries.vocabulary_sources(work.session)
        assert (source.name, source.concepts, source.licence) == (
            "matchmaker", first.concepts, "AGPL-3.0-or-later",
        )  # fmt: skip
        assert {family.emoji for family in vocabulary_queries.families(work.session).values()} > {"🔧"}


def row(number: str, label: str, **values: str) -> Mapping[str, str]:
    """A row of our own format."""
    blank = dict.fromkeys(("words_fr", "words_en", "broader", "related"), "")
    return {**blank, "id": number, "label_fr": label, "label_en": label, **values}


def small(
    *rows: Mapping[str, str], family: str = "repair", friends: tuple[str, str] | None = None
) -> Vocabulary:
    """A vocabulary of a few rows."""
    pairs = [{"word_a": friends[0], "word_b": friends[1]}] if friends else []
    return vocabulary_from_rows({family: rows}, pairs)


def load(
    work: Work, vocabulary: Vocabulary, source: vocabulary_loading.Source = vocabulary_loading.STARTER
) -> vocabulary_loading.Loaded:
    """Load it beside the families that tests know."""
    for family in ("repair", "textile"):
        work.session.merge(SkillFamily(id=family, label_fr=family, label_en=family, emoji="🔧"))
    work.session.flush()
    return vocabulary_loading.load_vocabulary(work, vocabulary, source=source)


def test_a_new_version_replaces_labels_relations_families_and_false_friends(works: WorkFactory) -> None:
    shoes = row("repair.shoes", "cordonnerie", words_fr="ressemeler", broader="repair.repair")
    with works.begin() as work:
        load(work, small(row("repair.repair", "réparation"), shoes, friends=("cordonnier", "cordon")))
    with works.begin() as work:
        changed = small(
            row("repair.repair", "réparer"), row("repair.shoes", "chaussures"), family="textile",
            friends=("a", "b"),
        )  # fmt: skip
        assert load(work, changed).changed
    with works.begin() as work:
        labels = work.session.scalars(select(ConceptLabel.text).order_by(ConceptLabel.text)).all()
        assert set(labels) == {"chaussures", "réparer"}
        assert work.session.scalars(select(ConceptRelation)).all() == []
        assert set(work.session.scalars(select(Concept.family))) == {"textile"}
        friends = work.session.execute(select(FalseFriend.word_a, FalseFriend.word_b)).all()
        assert [tuple(pair) for pair in friends] == [("a", "b")]


def test_a_concept_that_vanished_stays_without_labels_for_those_who_chose_it(works: WorkFactory) -> None:
    with works.begin() as work:
        load(work, small(row("repair.repair", "réparation"), row("repair.shoes", "cordonnerie")))
    with works.begin() as work:
        load(work, small(row("repair.repair", "réparation")))
        assert set(work.session.scalars(select(Concept.id))) == {"repair.repair", "repair.shoes"}
        assert set(work.session.scalars(select(ConceptLabel.concept_id))) == {"repair.repair"}


def test_sources_stand_beside_each_other_and_do_not_touch_each_others_labels(works: WorkFactory) -> None:
    with works.begin() as work:
        load(work, small(row("repair.repair", "réparation"), friends=("a", "b")))
        load(work, small(row("esco.1", "réparer des chaussures")), vocabulary_loading.ESCO)
        load(work, small(row("esco.1", "réparer les chaussures")), vocabulary_loading.ESCO)
    with works.begin() as work:
        assert [source.name for source in vocabulary_queries.vocabulary_sources(work.session)] == [
            "esco",
            "matchmaker",
        ]
        assert set(work.session.scalars(select(ConceptLabel.text))) == {
            "réparation",
            "réparer les chaussures",
        }
        assert len(work.session.scalars(select(FalseFriend)).all()) == 1


def test_a_relation_to_what_has_no_name_is_kept_as_a_group(works: WorkFactory) -> None:
    base = small(row("esco.1", "réparer"))
    grouped = Vocabulary(
        concepts=base.concepts,
        labels=base.labels,
        relations=(Relation(source="esco.1", target="S1", kind=RelationKind.BROADER),),
    )
    with works.begin() as work:
        load(work, grouped, vocabulary_loading.ESCO)
        group = work.session.get_one(Concept, "S1")
        assert (group.kind, group.family, group.source) == ("group", None, "esco")


def test_rows_that_are_no_vocabulary_are_told_with_their_lines() -> None:
    with pytest.raises(VocabularyError) as refusal:
        small(row("repair.a", "a", broader="repair.nothing"), row("repair.a", "again"), {"id": "repair.b"})
    assert len(refusal.value.problems) == 3
    assert "line 3" in str(refusal.value)


def resolve(works: WorkFactory, *texts: str) -> list[str | None]:
    """The best concept of each text."""
    with works.begin() as work:
        phrases = vocabulary_service.resolve_phrases(work, texts, language="fr")
        assert [phrase.text for phrase in phrases] == list(texts)
        return [phrase.resolutions[0].concept_id if phrase.resolutions else None for phrase in phrases]


def kept(works: WorkFactory) -> list[tuple[str, str]]:
    """The phrases that were kept, with the vocabulary they were resolved by."""
    with works.begin() as work:
        rows = work.session.execute(
            select(ResolvedPhrase.phrase, ResolvedPhrase.vocabulary_version).order_by(ResolvedPhrase.id)
        )
        return [(phrase, version) for phrase, version in rows]


def test_a_phrase_is_resolved_once_for_everybody_who_types_it(works: WorkFactory, world: World) -> None:
    found = resolve(works, "Réparer des vélos", "  réparer  DES vélos", "zzz qqq", "couture")
    assert found == ["repair.bicycle-repair", "repair.bicycle-repair", None, "textile.sewing"]
    assert [phrase for phrase, _ in kept(works)] == ["réparer des vélos", "zzz qqq", "couture"]
    assert resolve(works, "RÉPARER DES VÉLOS") == ["repair.bicycle-repair"]
    assert len(kept(works)) == 3


def test_a_new_vocabulary_resolves_a_phrase_anew(works: WorkFactory, world: World) -> None:
    assert resolve(works, "ressemeler des chaussures") == [None]
    with works.begin() as work:
        load(
            work,
            small(row("esco.shoes", "cordonnerie", words_fr="ressemeler des chaussures")),
            vocabulary_loading.ESCO,
        )
    assert resolve(works, "ressemeler des chaussures") == ["esco.shoes"]
    versions = [version for phrase, version in kept(works) if phrase == "ressemeler des chaussures"]
    assert len(set(versions)) == 2


def test_what_is_kept_is_what_would_be_resolved_now(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        first = vocabulary_service.resolve_phrases(work, ["mécano vélo"], language="fr")
    with works.begin() as work:
        found = vocabulary_service.kept_resolutions(
            work.session, [("Mécano  Vélo", "fr"), ("jamais vu", "fr")]
        )
        assert found == {("mécano vélo", "fr"): first[0].resolutions}


def test_a_chosen_concept_is_certain_and_has_its_label(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        phrase = vocabulary_service.chosen_phrase(
            work.session, text="mes vélos", language="en", concept_id="repair.bicycle-repair"
        )
    (resolution,) = phrase.resolutions
    assert (resolution.score, resolution.label) == (1.0, "bicycle repair")
