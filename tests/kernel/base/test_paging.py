"""Long lists, a page at a time: whatever comes or goes meanwhile, each row is on one page."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base import paging
from matchmaker.base.paging import BEGINNING, Order, Page, Place, count_of, page_of, part_of
from tests.builders import NOW
from tests.doors import statements_of

ALL: Select[Account] = select(Account).where(Account.first_name == "Lou")


def _add(session: Session, minutes: list[int]) -> None:
    if not minutes:
        return
    session.execute(
        insert(Account),
        [
            {
                "address": f"lou{number}@example.org",
                "first_name": "Lou",
                "locale": "fr",
                "created_at": NOW + timedelta(minutes=minute),
            }
            for number, minute in enumerate(minutes)
        ],
    )


def _order(*, descending: bool) -> Order:
    return Order(keys=(Account.created_at, Account.id), descending=descending)


def _walk(session: Session, order: Order, size: int) -> list[Page[Account]]:
    pages = [page_of(session, ALL, order=order, size=size)]
    while (after := pages[-1].after) is not None:
        pages.append(page_of(session, ALL, order=order, place=Place(after=after), size=size))
    return pages


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(("rows", "size"), [(0, 3), (3, 3), (4, 3), (10, 3), (5, 1)])
def test_each_row_is_on_one_page_in_both_directions(
    session: Session, rows: int, size: int, *, descending: bool
) -> None:
    _add(session, [number * 7 % 3 for number in range(rows)])
    order = _order(descending=descending)
    accounts = session.scalars(ALL).all()
    whole = [one.id for one in sorted(accounts, key=lambda one: (one.created_at, one.id), reverse=descending)]

    pages = _walk(session, order, size)

    assert [one.id for page in pages for one in page.rows] == whole
    assert pages[0].before is None
    for earlier, later in pairwise(pages):
        assert later.before is not None
        back = page_of(session, ALL, order=order, place=Place(before=later.before), size=size)
        assert back == earlier


def test_who_comes_meanwhile_moves_nobody_to_another_page(session: Session) -> None:
    _add(session, [1, 2, 3, 4])
    order = _order(descending=True)
    first = page_of(session, ALL, order=order, size=2)
    late = Account(
        address="late@example.org", first_name="Lou", locale="fr", created_at=NOW + timedelta(days=1)
    )
    session.add(late)
    session.flush()

    second = page_of(session, ALL, order=order, place=Place(after=first.after), size=2)

    assert {one.id for one in second.rows}.isdisjoint({late.id, *(one.id for one in first.rows)})
    assert len(second.rows) == 2


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**30, 999_999])
def test_behind_a_row_that_is_not_there_is_the_beginning(session: Session, number: int) -> None:
    _add(session, [1, 2, 3])
    order = _order(descending=False)

    beginning = page_of(session, ALL, order=order, place=BEGINNING, size=2)

    assert page_of(session, ALL, order=order, place=Place(after=number), size=2) == beginning
    assert page_of(session, ALL, order=order, place=Place(before=number), size=2) == beginning


def test_behind_the_last_row_is_the_beginning(session: Session) -> None:
    _add(session, [1, 2, 3])
    order = _order(descending=False)
    first = page_of(session, ALL, order=order, size=2)
    session.execute(delete(Account).where(Account.id > first.rows[-1].id))

    assert page_of(session, ALL, order=order, place=Place(after=first.after), size=2).rows == first.rows


def test_a_page_asks_as_often_wherever_it_is_and_reads_no_more_than_it_shows(session: Session) -> None:
    _add(session, list(range(20)))
    order = _order(descending=False)
    last = _walk(session, order, 4)[-1]

    with statements_of(session) as statements:
        page_of(session, ALL, order=order, place=Place(before=last.before), size=4)

    assert len(statements) == 2
    assert "LIMIT" in statements[-1]


def test_rows_are_counted_no_further_than_anybody_needs(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(session, [1, 2, 3, 4])
    order = _order(descending=False)
    assert count_of(session, ALL, order=order) == paging.Count(number=4)

    monkeypatch.setattr(paging, "COUNTED", 3)

    assert count_of(session, ALL, order=order) == paging.Count(number=3, more=True)


@given(st.integers(0, 30), st.integers(-5, 40), st.integers(1, 7))
def test_what_is_in_memory_is_parted_without_gaps(length: int, place: int, size: int) -> None:
    rows = list(range(length))
    page = part_of(rows, place=place, size=size)

    assert len(page.rows) <= size
    if rows:
        first = page.rows[0]
        assert page.rows == tuple(rows[first : first + size])
        assert page.before == (first - size if first else None)
        assert page.after == (first + size if first + size < length else None)
