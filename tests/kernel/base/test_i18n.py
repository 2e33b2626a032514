"""Languages: both, each form of a number, labels that are translated when they are shown."""

from datetime import UTC, date, datetime
from threading import Thread

import pytest

from matchmaker.base import i18n
from matchmaker.base.i18n import Labelled, gettext, lazy, mark, ngettext, using
from matchmaker.translations import messages

ENGLISH = "Your link to sign in"


class Light(Labelled):
    """A state with labels."""

    ON = "on", mark("Sign in")
    OFF = "off", mark("Sign out")


@pytest.fixture(autouse=True)
def language() -> None:
    """Each test begins in the default language."""
    i18n.set_locale("fr")


def test_a_text_is_given_in_the_language_in_force() -> None:
    with using("en"):
        assert gettext(ENGLISH) == ENGLISH
    with using("fr"):
        assert gettext(ENGLISH) != ENGLISH


def test_an_unknown_language_falls_back_to_french() -> None:
    with using("de"):
        assert i18n.get_locale() == "fr"
    i18n.set_locale("../../etc")
    assert i18n.get_locale() == "fr"


def test_the_language_before_is_in_force_again_after_the_block_even_when_it_raises() -> None:
    with pytest.raises(KeyError), using("en"):
        raise KeyError
    assert i18n.get_locale() == "fr"


def test_each_thread_has_its_own_language() -> None:
    seen: list[str] = []
    i18n.set_locale("en")
    thread = Thread(target=lambda: seen.append(i18n.get_locale()))
    thread.start()
    thread.join()
    assert seen == ["fr"]


def test_zero_is_singular_in_french_and_plural_in_english() -> None:
    plurals = [message.id for message in messages.read("fr") if isinstance(message.id, tuple)]
    differing = 0
    for one, many in plurals:
        with using("fr"):
            zero, single, several = (i18n.translate_plural(one, many, n) for n in (0, 1, 2))
            assert zero == single
            differing += single != several
        with using("en"):
            assert [i18n.translate_plural(one, many, n) for n in (0, 1, 2)] == [many, one, many]
    assert differing > len(plurals) / 2


def test_placeholders_are_filled() -> None:
    with using("en"):
        assert gettext("Hello %(name)s,", name="Zoé 100 %") == "Hello Zoé 100 %,"
        assert ngettext("%(num)s need", "%(num)s needs", 3) == "3 needs"
    assert gettext("") == ""


def test_a_percent_sign_alone_stays_when_there_is_nothing_to_fill() -> None:
    assert gettext("100 % free, as in 50 %(off)") == "100 % free, as in 50 %(off)"


def test_a_label_is_kept_in_english_and_shown_translated() -> None:
    assert str(Light.ON) == Light.ON.value == "on"
    assert Light("off") is Light.OFF
    assert Light.ON.label == "Sign in"
    with using("fr"):
        assert gettext(Light.ON.label) != Light.ON.label


def test_a_lazy_text_is_translated_each_time_it_is_shown() -> None:
    text = lazy(ENGLISH)
    with using("en"):
        assert str(text) == ENGLISH
    with using("fr"):
        assert str(text) == gettext(ENGLISH) != ENGLISH


def test_a_lazy_text_is_escaped_in_a_page_and_filled_like_a_text() -> None:
    with using("en"):
        assert lazy("<b>").__html__() == "&lt;b&gt;"  # type: ignore[attr-defined]
        assert lazy("At most %(max)d characters.") % {"max": 60} == "At most 60 characters."


def test_days_moments_and_numbers_are_written_as_a_reader_writes_them() -> None:
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    with using("fr"):
        assert i18n.format_day(date(2026, 11, 24), "full") == "mardi 24 novembre 2026"
        assert i18n.format_day(date(2027, 1, 1)) == "1er janvier 2027"
        assert i18n.format_day(date(2026, 11, 11)) == "11 novembre 2026"
        assert i18n.format_moment(moment) == "2 juillet 2026, 00:30"
        assert i18n.format_number(1234567.89) == "1\u202f234\u202f567,9"
    with using("en"):
        assert i18n.format_day(date(2026, 11, 24)) == "24 November 2026"
        assert i18n.format_moment(moment, "America/Cayenne") == "1 July 2026, 19:30"
        assert i18n.format_number(1234.0) == "1,234"
