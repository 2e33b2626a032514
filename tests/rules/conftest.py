"""The shipped vocabulary, read once, and short ways to say who asks and who offers."""

from datetime import date

import pytest

from matchmaker.matching.rules import Matcher
from matchmaker.vocabulary.rules import Resolver, Vocabulary
from tests.rules.shipped import MATCHER, RESOLVER, VOCABULARY


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """What ships."""
    return VOCABULARY


@pytest.fixture(scope="session")
def resolver() -> Resolver:
    """The resolver of what ships."""
    return RESOLVER


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    """The judge of what ships."""
    return MATCHER


@pytest.fixture(scope="session")
def today() -> date:
    """A Tuesday."""
    return date(2026, 11, 24)
