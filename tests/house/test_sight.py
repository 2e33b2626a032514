"""Nobody is named to somebody who is not to see them: every page, as everybody, with the numbers of strangers."""

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.citizens.models import Citizen
from matchmaker.matching.models import ProfileShowing
from matchmaker.matching.rules import ShownWhere
from tests.databases import Database
from tests.doors import works_of
from tests.house.town import Resident, make_neighbours
from tests.house.walk import Walk

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured, pytest.mark.sqlite_daily]

RECORDED = {"matching.citizens": {"lead", "member", "organiser"}}
"""Pages that show citizens for a need, and to whom: each showing is on record for the citizen."""

INTRODUCED, DESK, LETTERS = (
    "they were introduced",
    "who came last",
    "to whom letters go, and of whom they tell",
)
OWN_PEOPLE = "people of the own relay"

TOLD = {
    "introductions.mine": ({"lead", "member"}, INTRODUCED),
    "introductions.show": ({"lead", "member", "organiser"}, INTRODUCED),
    "organisers.desk": ({"organiser"}, DESK),
    "digests.week": ({"organiser"}, LETTERS),
    "digests.preview": ({"organiser"}, LETTERS),
    "digests.preview_letter": ({"organiser"}, LETTERS),
    "digests.run": ({"organiser"}, LETTERS),
    "digests.letter": ({"organiser"}, LETTERS),
    "assisted.calls": ({"worker"}, OWN_PEOPLE),
    "assisted.code": ({"worker"}, OWN_PEOPLE),
    "assisted.desk": ({"worker"}, OWN_PEOPLE),
    "assisted.letters": ({"worker"}, OWN_PEOPLE),
    "assisted.pages": ({"worker"}, OWN_PEOPLE),
    "assisted.person": ({"worker"}, OWN_PEOPLE),
    "assisted.person_address": ({"worker"}, OWN_PEOPLE),
    "assisted.person_delete": ({"worker"}, OWN_PEOPLE),
    "assisted.person_letter": ({"worker"}, OWN_PEOPLE),
    "assisted.person_skills": ({"worker"}, OWN_PEOPLE),
}
"""Other pages with the names of citizens, to whom, and why they may be there."""


def name_of(citizen_id: int) -> str:
    """A first name that no other citizen has, nor any word of a page."""
    return f"Quilliam{citizen_id}z"


@pytest.fixture
def walk(settled: None, database: Database, app: Flask) -> Walk:
    """Two territories with everybody, each citizen of a name of their own."""
    town = make_neighbours(app)
    with works_of(app).begin() as work:
        for one in work.session.scalars(select(Citizen)):
            if one.account is not None:
                one.account.first_name = name_of(one.id)
            else:
                one.own_first_name = name_of(one.id)
    return Walk(town=town, connection=database.sessions.kw["bind"])


def strangers(walk: Walk, resident: Resident) -> dict[int, str]:
    """The territories of all citizens but the resident, by id."""
    own = (
        {"stranger@example.org"}
        if resident.kind == "citizen"
        else {f"{resident.kind}@{resident.place}.example"}
    )
    with works_of(walk.town.app).begin() as work:
        citizens = work.session.scalars(select(Citizen)).all()
        return {
            one.id: one.territory.slug
            for one in citizens
            if one.account is None or one.account.address not in own
        }


def shown_on_pages(walk: Walk) -> set[int]:
    """Who finds in their journal that a page showed them."""
    with works_of(walk.town.app).begin() as work:
        on_pages = select(ProfileShowing.citizen_id).where(ProfileShowing.place == ShownWhere.PAGE)
        return set(work.session.scalars(on_pages))


def test_no_page_names_somebody_whom_its_reader_is_not_to_see(walk: Walk, database: Database) -> None:
    wrong, seen = [], set()
    own_territory = walk.town.values["here"]["slug"]
    for resident in walk.town.residents:
        if resident.place == "elsewhere":
            continue
        keys, others = resident.person.keys(), strangers(walk, resident)
        for rule in (rule for method, rule in walk.doors() if method == "GET"):
            for values in walk.town.values.values():
                with database.undone():
                    page = walk.page(rule, values, keys)
                    named = {number for number in others if name_of(number) in page}
                    shown = shown_on_pages(walk) if named else set()
                if not named:
                    continue
                told, _ = TOLD.get(rule.endpoint, (RECORDED.get(rule.endpoint, set()), ""))
                unrecorded = named - shown if rule.endpoint in RECORDED else set()
                foreign = {number for number in named if others[number] != own_territory}
                seen.add(rule.endpoint)
                if resident.kind not in told or unrecorded or foreign:
                    wrong.append((rule.endpoint, resident.kind, sorted(named), sorted(unrecorded)))
    assert wrong == []
    assert seen == TOLD.keys() | RECORDED.keys()
