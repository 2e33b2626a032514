"""The shipped vocabulary, read once, and short ways to say who asks and who offers."""

from datetime import date

import pytest

from matchmaker.cli.vocabulary_files import read_packaged
from matchmaker.matching.rules import Matcher
from matchmaker.vocabulary.rules import Resolver, Vocabulary


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """What ships."""
    return read_packaged()


@pytest.fixture(scope="session")
def resolver(vocabulary: Vocabulary) -> Resolver:
    """The resolver of what ships."""
    return Resolver(vocabulary)


@pytest.fixture(scope="session")
def matcher(vocabulary: Vocabulary) -> Matcher:
    """The judge of what ships."""
    return Matcher(vocabulary)


@pytest.fixture(scope="session")
def today() -> date:
    """A Tuesday."""
    return date(2026, 11, 24)
