"""People at the doors of accounts."""

import pytest

from matchmaker.accounts.models import Account
from matchmaker.base.work import WorkFactory
from tests.builders import add_account
from tests.doors import Person


@pytest.fixture
def camille(works: WorkFactory) -> Account:
    """Somebody with an account and no password."""
    with works.begin() as work:
        return add_account(work, locale="en")


@pytest.fixture
def person(person: Person) -> Person:
    """A visitor who reads English, the language in which the texts of tests are written."""
    person.get("/?lang=en")
    return person
