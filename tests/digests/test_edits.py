"""What organisers change before the letters leave: lines held and pinned, and paragraphs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from matchmaker.accounts.models import Account
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.digests import service
from matchmaker.digests.models import DigestEdit
from matchmaker.digests.rules import EditKind, PinProblem
from matchmaker.groups.models import Need
from matchmaker.matching.rules import Gate
from tests import builders
from tests.builders import NOW, World
from tests.databases import Database
from tests.digests.weeks import add_quiet_need, run_week
from tests.doors import Person, make_app, signed_in, works_of

PAGE = "/t/valence-romans/week"
PARAGRAPH = f"{PAGE}/2026-W48/paragraph"


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


@pytest.fixture
def orane(app: Flask, work: Work, organiser: Account) -> Person:
    work.session.commit()
    return signed_in(app, organiser)


def edits(work: Work) -> list[DigestEdit]:
    """What was changed, in the order in which it was."""
    work.session.expire_all()
    return list(work.session.scalars(select(DigestEdit).order_by(DigestEdit.id)))


def line_path(camille: Citizen, need: Need, act: str, week: str = "2026-W48") -> str:
    """Where a line of Camille's letter is held or pinned."""
    return f"{PAGE}/{week}/people/{camille.account_id}/needs/{need.id}/{act}"


def letters(work: Work) -> list[str]:
    """The texts of the weekly letters that were written."""
    work.session.flush()
    return list(work.session.scalars(select(OutboxMessage.text).order_by(OutboxMessage.id)))


def test_a_held_line_is_in_no_letter_and_can_be_brought_back(
    work: Work, need: Need, camille: Citizen, organiser: Account, orane: Person
) -> None:
    other = builders.add_need(work, need.group, title="Régler des dérailleurs")
    work.session.commit()
    letter_page = f"{PAGE}/preview/{camille.account_id}"

    orane.post(line_path(camille, need, "hold"))

    page = orane.get(letter_page).text
    assert "The line is held" in page
    assert "Bring back" in page
    assert need.title not in orane.get(f"{letter_page}/letter").text
    assert other.title in orane.get(f"{letter_page}/letter").text
    (edit,) = edits(work)
    assert (edit.kind, edit.made_by_id, edit.made_at) == (EditKind.HOLD, organiser.id, NOW)
    week_page = orane.get(PAGE).text
    assert f"Held in the letter to Camille: {need.title}" in week_page
    assert "Orane, 24 November 2026, 10:30" in week_page

    orane.post(f"{PAGE}/edits/{edit.id}/withdraw")

    assert edits(work) == []
    assert need.title in orane.get(f"{letter_page}/letter").text


def test_who_is_left_without_a_line_gets_no_letter_and_the_page_still_brings_it_back(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    orane.post(line_path(camille, need, "hold"))

    page = orane.get(f"{PAGE}/preview/{camille.account_id}")
    assert page.status_code == 200
    assert "Camille gets no letter as things stand. All that fits was held by an organiser" in page.text
    assert "All that fits was held by an organiser – 1 person" in orane.get(PAGE).text
    assert "Bring back" in page.text
    run = run_week(work, territory_id=world.territory.id, started_by=None)
    assert letters(work) == []
    assert run.silences == {"held": 1, "off": 1}


def test_a_pinned_need_takes_the_place_of_a_better_one(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    for number in range(4):
        builders.add_need(work, need.group, title=f"Vélo {number}")
    last = builders.add_need(work, need.group, title="Atelier", wanted=["réparation de vélos", "couture"])
    work.session.commit()
    letter_page = f"{PAGE}/preview/{camille.account_id}"
    assert last.title not in orane.get(f"{letter_page}/letter").text
    assert last.title in orane.get(letter_page).text, "it is among what else fits"

    orane.post(line_path(camille, last, "pin"))

    assert "The need is pinned" in orane.get(letter_page).text
    assert last.title in orane.get(f"{letter_page}/letter").text
    run_week(work, territory_id=world.territory.id, started_by=None)
    assert last.title in letters(work)[0]


def test_a_pin_is_refused_in_words_when_a_gate_excludes_the_two(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    camille.radius_km = 5
    far = builders.add_need(work, need.group, title="Loin", commune="63113")
    work.session.commit()

    orane.post(line_path(camille, far, "pin"))

    page = orane.get(PAGE).text
    assert "The need is not pinned. This need is farther away than they want to go." in page
    assert edits(work) == []


@pytest.mark.parametrize(
    ("skill", "problem", "gate"),
    [("couture", PinProblem.NOT_PROPOSED, None), ("own", PinProblem.GATE, Gate.OWN_GROUP)],
)
def test_a_pin_says_why_it_is_refused(
    work: Work,
    world: World,
    need: Need,
    camille: Citizen,
    organiser: Account,
    skill: str,
    problem: PinProblem,
    gate: Gate | None,
) -> None:
    if skill == "own":
        group = builders.add_group(work, world.challenge, name="À elle", lead=camille.account)
        other = builders.add_need(work, group)
    else:
        other = builders.add_need(work, need.group, wanted=[skill], title="Coudre")

    with pytest.raises(service.PinRefused) as refused:
        service.pin_line(
            work,
            territory_id=world.territory.id,
            week="2026-W48",
            account_id=builders.account_of(camille).id,
            need_id=other.id,
            made_by=organiser.id,
        )

    assert (refused.value.problem, refused.value.gate) == (problem, gate)


def test_a_sixth_pin_pushes_out_none_of_the_five(
    work: Work, world: World, need: Need, camille: Citizen, organiser: Account
) -> None:
    needs = [need, *(builders.add_need(work, need.group, title=f"Vélo {number}") for number in range(5))]

    def pin(one: Need) -> None:
        service.pin_line(
            work,
            territory_id=world.territory.id,
            week="2026-W48",
            account_id=builders.account_of(camille).id,
            need_id=one.id,
            made_by=organiser.id,
        )

    for one in needs[:5]:
        pin(one)
    with pytest.raises(service.PinRefused) as refused:
        pin(needs[5])
    assert refused.value.problem is PinProblem.NO_ROOM


def test_a_paragraph_is_read_by_everybody_each_in_their_language(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    builders.add_citizen(
        work,
        world.territory,
        locale="en",
        skills=["bike repair"],
        address="ann@example.org",
        first_name="Ann",
    )
    work.session.commit()

    answer = orane.fill_in(
        PARAGRAPH, {"text_fr": "Bonjour.\r\n \r\n\r\nÀ <b>jeudi</b>.", "text_en": "Hello.\n\nSee you."}
    )

    assert answer.status_code == 302
    run_week(work, territory_id=world.territory.id, started_by=None)
    french, english = letters(work)
    assert "Bonjour.\n\nÀ <b>jeudi</b>." in french
    assert "Hello.\n\nSee you." in english
    html = work.session.scalars(select(OutboxMessage.html).order_by(OutboxMessage.id)).first()
    assert html is not None
    assert "À &lt;b&gt;jeudi&lt;/b&gt;." in html


def test_a_paragraph_for_a_challenge_is_read_by_those_whose_letter_touches_it(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    typed = {"text_fr": "Pour vous.", "text_en": "For you."}
    orane.fill_in(PARAGRAPH, {**typed, "challenge": str(world.other_challenge.id)})
    letter = f"{PAGE}/preview/{camille.account_id}/letter"
    assert "Pour vous." not in orane.get(letter).text

    (edit,) = edits(work)
    orane.fill_in(f"{PAGE}/edits/{edit.id}", {**typed, "challenge": str(world.challenge.id)})

    assert "Pour vous." in orane.get(letter).text
    assert "Paragraph for the défi “Make it here”" in orane.get(PAGE).text
    orane.post(f"{PAGE}/edits/{edit.id}/withdraw")
    assert "Pour vous." not in orane.get(letter).text


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("text_en", "", "Please write it in English too."),
        ("text_fr", " \n ", "Please write it in French too."),
        ("text_fr", "é" * 1001, "At most 1000 characters"),
        ("challenge", "987654", "Please choose one of the answers"),
    ],
)
def test_a_paragraph_that_is_not_whole_comes_back_with_all_that_was_typed(
    work: Work, orane: Person, field: str, value: str, error: str
) -> None:
    typed = {"text_fr": "Voici le début.", "text_en": "Here it begins."}

    answer = orane.fill_in(PARAGRAPH, {**typed, field: value})

    assert answer.status_code == 422
    assert error in answer.text
    assert f'id="{field}-error"' in answer.text
    assert all(text in answer.text for name, text in typed.items() if name != field)
    assert edits(work) == []


def test_the_longest_paragraph_is_kept(work: Work, orane: Person) -> None:
    orane.fill_in(PARAGRAPH, {"text_fr": "é" * 1000, "text_en": "e" * 1000})

    assert len(edits(work)) == 1


def test_once_the_week_is_asked_for_nothing_is_changed_any_more(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    orane.fill_in(PARAGRAPH, {"text_fr": "Avant.", "text_en": "Before."})
    (edit,) = edits(work)
    service.request_week(work, territory_id=world.territory.id, started_by=None)
    work.session.commit()
    closed = "The letters of that week were asked for already, so nothing was changed."

    for path in (
        line_path(camille, need, "hold"),
        line_path(camille, need, "pin"),
        f"{PAGE}/edits/{edit.id}/withdraw",
    ):
        orane.post(path)
        assert closed in orane.get(PAGE).text
    late = orane.fill_in(PARAGRAPH, {"text_fr": "Trop tard.", "text_en": "Too late."})
    assert late.status_code == 422
    assert closed in late.text
    assert "Trop tard." in late.text
    changed = orane.fill_in(f"{PAGE}/edits/{edit.id}", {"text_fr": "Après.", "text_en": "After."})
    assert changed.status_code == 422

    (kept,) = edits(work)
    assert (kept.text_fr, kept.text_en) == ("Avant.", "Before.")


def test_the_next_week_can_be_changed_and_others_cannot(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    orane.post(line_path(camille, need, "hold", week="2026-W49"))
    assert [edit.iso_week for edit in edits(work)] == ["2026-W49"]

    assert orane.post(line_path(camille, need, "hold", week="2026-W50")).status_code == 404
    orane.post(line_path(camille, need, "hold", week="2026-W47"))
    assert "were asked for already" in orane.get(PAGE).text
    assert len(edits(work)) == 1


@pytest.mark.parametrize("act", ["hold", "pin"])
def test_organisers_of_other_territories_and_strangers_change_nothing(
    app: Flask, work: Work, world: World, need: Need, camille: Citizen, orane: Person, act: str
) -> None:
    orane.fill_in(PARAGRAPH, {"text_fr": "Bonjour.", "text_en": "Hello."})
    (edit,) = edits(work)
    other = builders.add_organiser(work, world.other_territory, address="other@example.org")
    work.session.commit()
    people = (signed_in(app, other), signed_in(app, camille.account))

    for person in people:
        for path in (line_path(camille, need, act), f"{PAGE}/edits/{edit.id}/withdraw", PARAGRAPH):
            assert person.post(path, {"text_fr": "Non.", "text_en": "No."}).status_code == 404
    # In their own territory, they name what is in this one.
    elsewhere = line_path(camille, need, act).replace("valence-romans", "clermont")
    assert people[0].post(elsewhere).status_code == 404
    assert people[0].post(f"/t/clermont/week/edits/{edit.id}/withdraw").status_code == 404
    assert people[0].get(f"/t/clermont/week/edits/{edit.id}").status_code == 404
    assert [one.id for one in edits(work)] == [edit.id]


def test_another_territorys_challenge_gets_no_paragraph(work: Work, world: World, organiser: Account) -> None:
    (foreign,) = world.other_territory.challenges
    with pytest.raises(LookupError):
        service.keep_paragraph(
            work,
            territory_id=world.territory.id,
            week="2026-W48",
            challenge_id=foreign.id,
            text_fr="Bonjour.",
            text_en="Hello.",
            made_by=organiser.id,
        )


@pytest.mark.parametrize("act", ["hold", "pin"])
def test_the_second_to_change_a_line_is_told_so(
    work: Work, need: Need, camille: Citizen, orane: Person, act: str
) -> None:
    orane.post(line_path(camille, need, "pin"))

    orane.post(line_path(camille, need, act))

    assert "Somebody changed this line before you. This is how it is now." in orane.get(PAGE).text
    assert [edit.kind for edit in edits(work)] == [EditKind.PIN]


def test_of_two_organisers_who_hold_one_line_at_once_one_does(live_app: Flask, fresh_engine: Engine) -> None:
    works = works_of(live_app, now=NOW)
    with works.begin() as work:
        world = builders.make_world(work)
        need = add_quiet_need(work, world.challenge)
        camille = builders.add_citizen(work, world.territory)
        organiser = builders.add_organiser(work, world.territory)
        numbers = (world.territory.id, builders.account_of(camille).id, need.id, organiser.id)

    def hold(_: int) -> bool:
        territory_id, account_id, need_id, made_by = numbers
        try:
            with works.begin() as own:
                service.hold_line(
                    own,
                    territory_id=territory_id,
                    week="2026-W48",
                    account_id=account_id,
                    need_id=need_id,
                    made_by=made_by,
                )
        except service.AlreadyEdited:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(hold, range(2))) == [False, True]
    with works.begin() as work:
        assert work.session.scalar(select(func.count()).select_from(DigestEdit)) == 1


def test_what_was_changed_for_letters_that_left_is_not_in_the_next(
    database: Database, work: Work, need: Need, camille: Citizen, organiser: Account, orane: Person
) -> None:
    orane.post(line_path(camille, need, "hold"))
    orane.fill_in(PARAGRAPH, {"text_fr": "Bonjour.", "text_en": "Hello."})
    run_week(work, territory_id=need.territory_id, started_by=None)
    work.session.commit()

    later = signed_in(make_app(database.sessions, now=NOW + timedelta(days=7)), organiser)

    assert "Nothing is changed by hand." in later.get(PAGE).text
    assert need.title in later.get(f"{PAGE}/preview/{camille.account_id}/letter").text
