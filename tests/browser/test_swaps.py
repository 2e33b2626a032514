"""What changes in a page while somebody is there: the focus stays, and a screen reader hears what matters."""

import pytest
from sqlalchemy import select

from matchmaker.digests import service as weeks
from matchmaker.digests.service.runs import plan_run
from matchmaker.digests.service.writing import write_letters
from matchmaker.places.models import Territory
from tests.browser.conftest import MakeVisit
from tests.browser.site import UNWRITTEN, Demonstration
from tests.browser.visit import Visit
from tests.doors import works_of

pytestmark = pytest.mark.unmeasured


def focused(somebody: Visit, selector: str) -> bool:
    """Whether the focus is on a control."""
    return bool(somebody.page.locator(selector).first.evaluate("one => one === document.activeElement"))


def heard(somebody: Visit, around: str) -> str:
    """What the status of a part of the page says."""
    return somebody.page.locator(f"{around} [role=status]").first.inner_text()


def type_a_commune(somebody: Visit, text: str) -> str:
    """Begin a sign-up and wait for suggestions; what they and their field are in."""
    somebody.go("/join")
    somebody.write("[name=commune]", text)
    around = "[data-suggest]:has([name=commune])"
    somebody.page.locator(f"{around} [data-suggestions] button").first.wait_for()
    return around


def test_suggestions_come_without_taking_the_focus_and_are_counted_aloud(
    demonstration: Demonstration, visit: MakeVisit
) -> None:
    somebody = visit(demonstration, width=320)
    around = type_a_commune(somebody, "Romans-sur-I")
    assert focused(somebody, "[name=commune]")
    assert "suggestion" in heard(somebody, around)

    somebody.page.keyboard.press("ArrowDown")
    assert focused(somebody, f"{around} [data-suggestions] button")
    chosen = somebody.page.evaluate("() => document.activeElement.dataset.text")
    somebody.page.keyboard.press("Enter")
    assert focused(somebody, "[name=commune]")
    assert somebody.page.input_value("[name=commune]") == chosen
    assert heard(somebody, around) == chosen
    assert somebody.page.locator(f"{around} [data-suggestions] button").count() == 0

    somebody.send("main [type=submit]:not([formnovalidate])")
    assert somebody.path == "/join/skills"
    somebody.page.go_back()
    assert somebody.path == "/join"
    assert somebody.page.input_value("[name=commune]") == chosen


def test_escape_closes_suggestions_and_stays_in_the_field(
    demonstration: Demonstration, visit: MakeVisit
) -> None:
    somebody = visit(demonstration, width=320)
    around = type_a_commune(somebody, "Romans")
    somebody.page.keyboard.press("Escape")
    assert somebody.page.locator(f"{around} [data-suggestions] button").count() == 0
    assert focused(somebody, "[name=commune]")
    assert heard(somebody, around) == ""


def test_the_progress_of_a_week_renews_itself_under_the_readers_hands(
    own_demonstration: Demonstration, visit: MakeVisit
) -> None:
    works = works_of(own_demonstration.app)
    with works.begin() as work:
        territory = work.session.scalars(select(Territory).where(Territory.slug == UNWRITTEN)).one()
        run = weeks.request_week(work, territory_id=territory.id, started_by=None)
        run_id, week = run.id, run.iso_week
    plan_run(works, run_id=run_id)
    somebody = visit(own_demonstration)
    somebody.enter("organiser")
    somebody.go(f"/t/{UNWRITTEN}/week/{week}")
    somebody.tab_to("form[action$='/pause'] button")
    seen = somebody.page.locator("#progress").get_attribute("hx-get")
    status = somebody.page.locator("#progress [role=status]").element_handle()
    assert status is not None

    with works.begin() as work:
        write_letters(work)

    somebody.page.wait_for_function(
        "seen => document.querySelector('#progress').getAttribute('hx-get') !== seen", arg=seen
    )
    assert focused(somebody, "form[action$='/pause'] button")
    # A screen reader listens to the element that it knows, not to another one of the same words.
    assert status.evaluate("one => one.isConnected")
    assert somebody.faults() == []


def test_what_was_typed_outlives_a_lost_connection(demonstration: Demonstration, visit: MakeVisit) -> None:
    somebody = visit(demonstration, width=320)
    somebody.go("/")
    somebody.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    somebody.go("/join")
    somebody.write("[name=commune]", "Romans-sur-Isère")
    somebody.lose_connection()
    somebody.press("main [type=submit]:not([formnovalidate])")
    somebody.page.get_by_role("alert").wait_for()
    assert somebody.path == "/join"
    assert "Ce que vous avez écrit est toujours là" in somebody.page.get_by_role("alert").inner_text()
    assert somebody.page.input_value("[name=commune]") == "Romans-sur-Isère"
    # What could not be loaded is told by the browser, and is no fault of the page.
    somebody.complaints.clear()

    somebody.find_connection()
    somebody.send("main [type=submit]:not([formnovalidate])")
    assert somebody.path == "/join/skills"
