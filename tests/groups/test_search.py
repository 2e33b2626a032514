"""Rows found by their words, whatever is typed, on both databases, and in the transaction that writes them."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.orm import Session

from matchmaker.base import migrate, search
from matchmaker.base.db import Base, make_session_factory
from matchmaker.base.search import has_word, tokens_of
from matchmaker.base.work import Work
from matchmaker.groups.models import Need, StartupGroup, WantedSkill
from tests.builders import World, add_account, add_group, add_need
from tests.extent import part_of


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [
        ("Vélos", ("velo",)),
        ("un CŒUR d’argent", ("coeur", "argent")),
        ("l'eau", ("eau",)),
        ("prix", ("pri",)),
        ("bus", ("bus",)),
        ("de la", ("de", "la")),
        ('"vélo" AND é:x -NOT (NEAR', ("velo", "e", "x", "not", "near")),
        ("%_*", ()),
        ("", ()),
    ],
)
def test_a_question_becomes_bare_words(typed: str, tokens: tuple[str, ...]) -> None:
    assert tokens_of(typed) == tokens


@given(st.text(max_size=60))
def test_a_word_of_a_question_has_letters_and_digits_alone(typed: str) -> None:
    tokens = tokens_of(typed)

    assert len(tokens) <= search.TOKENS_AT_MOST
    assert all(token and all(sign.isalnum() for sign in token) for token in tokens)


@pytest.fixture
def need(world: World, work: Work) -> Need:
    """An open need of a group."""
    group = add_group(work, world.challenge, lead=add_account(work), name="L’Éclaircie de Bœuf-en-Daube")
    return add_need(
        work, group, title="Réparer l’atelier d'à côté (3,5 m²)", wanted=["vélo-cargo", "CAP/BEP"]
    )


def _found(session: Session, model: type[Base], typed: str) -> bool:
    session.flush()
    (token,) = tokens_of(typed)
    return session.scalars(select(model).where(has_word(session, model, token))).first() is not None


@pytest.mark.parametrize(
    ("model", "typed"),
    [
        (Need, "réparer"),
        (Need, "REPARER"),
        (Need, "répa"),
        (Need, "atelier"),
        (Need, "ateliers"),
        (WantedSkill, "cargo"),
        (WantedSkill, "bep"),
        (StartupGroup, "boeuf"),
        (StartupGroup, "Bœuf"),
        (StartupGroup, "éclaircie"),
        (StartupGroup, "daube"),
    ],
)
def test_a_row_is_found_by_its_words(work: Work, need: Need, model: type[Base], typed: str) -> None:
    assert need.id
    assert _found(work.session, model, typed)


@pytest.mark.parametrize("typed", ["paré", "re", "zzz"])
def test_neither_by_the_middle_of_a_word_nor_by_two_letters_of_it(work: Work, need: Need, typed: str) -> None:
    assert need.id
    assert not _found(work.session, Need, typed)


def test_what_is_changed_and_removed_is_found_so_at_once(work: Work, need: Need) -> None:
    session = work.session
    need.title = "Coudre des voiles"
    assert _found(session, Need, "voiles")
    assert not _found(session, Need, "réparer")

    session.execute(update(Need).where(Need.id == need.id).values(title="Tondre"))
    assert _found(session, Need, "tondre")

    session.execute(delete(StartupGroup).where(StartupGroup.id == need.group_id))
    session.expunge_all()
    for model, typed in ((Need, "tondre"), (WantedSkill, "cargo"), (StartupGroup, "éclaircie")):
        assert not _found(session, model, typed)
    if session.get_bind().dialect.name == "sqlite":
        for name in ("needs", "wanted_skills", "startup_groups"):
            session.execute(
                text(f"INSERT INTO search_{name}(search_{name}) VALUES ('integrity-check')")  # noqa: S608
            )


@settings(
    max_examples=part_of(90),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=40) | st.text(alphabet="\"'*:()-+^{}~\\%_;|&!<>@, \x00éaNOTRD", max_size=20))
@example("' OR 1=1 --")
@example('"unbalanced')
@example("vélo* NEAR(a b)")
@example("خياطة")
@example("a" * 5000)
def test_whatever_is_typed_is_a_question_and_no_command(work: Work, typed: str) -> None:
    for token in tokens_of(typed):
        for model in (Need, WantedSkill, StartupGroup):
            work.session.scalars(select(model.id).where(has_word(work.session, model, token)).limit(1)).all()


def test_what_is_missing_is_told_and_made_by_an_upgrade(fresh_engine: Engine) -> None:
    sqlite = fresh_engine.dialect.name == "sqlite"
    with fresh_engine.begin() as connection:
        connection.execute(text("DROP TRIGGER search_needs_changed" if sqlite else "DROP INDEX search_needs"))

    name = "search_needs_changed" if sqlite else "search_needs"
    assert migrate.differences(fresh_engine) == [f"missing {name} on needs"]

    migrate.upgrade(fresh_engine)

    assert migrate.differences(fresh_engine) == []


def test_an_index_is_used(fresh_engine: Engine) -> None:
    with make_session_factory(fresh_engine)() as session:
        query = select(Need.id).where(has_word(session, Need, "velo"))
        compiled = query.compile(fresh_engine, compile_kwargs={"literal_binds": True})
        sqlite = fresh_engine.dialect.name == "sqlite"
        if not sqlite:
            session.execute(text("SET enable_seqscan = off"))
        asked = str(compiled).replace("%%", "%").replace(":", r"\:")
        plan = session.execute(text(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{asked}"))
        assert "search_needs" in "\n".join(str(row) for row in plan)
