"""Which passwords are taken, who may change one, and what ends with the old one."""

from datetime import timedelta

import pytest
from flask import Flask

from matchmaker.accounts import service
from matchmaker.accounts.models import Account
from matchmaker.accounts.rules import FRESH_LASTS, LinkPurpose
from matchmaker.accounts.rules.passwords import Weakness, weakness_of
from matchmaker.accounts.service import LinkUnusable, WeakPassword, WrongPassword
from matchmaker.accounts.service.passwords import check_proven
from matchmaker.base.work import WorkFactory
from tests.accounts.mailbox import letters, newest_link
from tests.clock import MovableClock
from tests.doors import Person, signed_in, visitor
from tests.groups.pages import error_beside

PASSWORD, OTHER = "le vélo roule bien", "un jardin au bord de l'eau"
ABOUT = ("camille.martin@example.org", "Élodie")

GUESSED = [
    "1234567890", "aaaaaaaaaa", "azertyuiop", "motdepasse1", "MotDePasse2026!", "mot de passe", "P@ssw0rd2024",
    "password1234", "Bienvenue2026", "soleil-2024", "Marseille13", "0612345678", "12/03/1984", "abcdefghij",
    "mlkjhgfdsq", "doudoudoudou", "azerty12345", "1q2w3e4r5t6y", "121212121212", "J'aime la France",
    "iloveyou2024", "startupdeterritoire",
]  # fmt: skip
SAYS_WHO = [
    "camille.martin@example.org", "Camille.Martin", "camillemartin2026", "ELODIE-1984", "élodie!!!!!", "example.org26",
]  # fmt: skip
GOOD = [
    PASSWORD,
    OTHER,
    "correct horse battery",
    "Tournesol-97-gris",
    "la camionnette de Camille Martin",
    "日本語のパスワードです",
]


@pytest.mark.parametrize("password", GUESSED)
def test_what_many_people_have_is_guessed_first(password: str) -> None:
    assert weakness_of(password, about=ABOUT) is Weakness.COMMON


@pytest.mark.parametrize("password", SAYS_WHO)
def test_what_says_who_somebody_is_is_guessed_first(password: str) -> None:
    assert weakness_of(password, about=ABOUT) is Weakness.OWN


@pytest.mark.parametrize("password", GOOD)
def test_a_sentence_of_ones_own_is_a_good_password(password: str) -> None:
    assert weakness_of(password, about=ABOUT) is None


@pytest.fixture
def person(app: Flask, camille: Account) -> Person:
    """Camille, signed in."""
    return signed_in(app, camille)


def choose(person: Person, password: str, *, current: str = "") -> dict[str, str]:
    """What the page says is wrong beside each field, once a password was chosen."""
    answer = person.fill_in("/account", {"form": "password", "password": password, "current": current})
    assert answer.status_code in {302, 422}
    found = {field: error_beside(answer.text, field) for field in ("password", "current")}
    assert (answer.status_code == 422) == any(found.values())
    return {field: error for field, error in found.items() if error}


def opens(app: Flask, password: str) -> bool:
    """Whether a password signs Camille in."""
    answer = visitor(app).fill_in("/sign-in", {"address": "camille@example.org", "password": password})
    return answer.status_code == 302


def test_a_weak_password_is_refused_in_words_and_changes_nothing(
    app: Flask, works: WorkFactory, person: Person, camille: Account
) -> None:
    assert "Many people have this password" in choose(person, "motdepasse1")["password"]
    assert "is no password" in choose(person, "camille@example.org")["password"]
    assert not opens(app, "motdepasse1")
    assert list(letters(works)) == []
    with works.begin() as work, pytest.raises(WeakPassword):
        service.set_password(work, account_id=camille.id, password="azertyuiop", keep_session="")


def test_who_has_a_password_says_it_before_it_is_changed(app: Flask, person: Person) -> None:
    assert choose(person, PASSWORD) == {}
    for current in ("", OTHER):
        assert "This is not your password." in choose(person, OTHER, current=current)["current"]
    assert opens(app, PASSWORD)
    assert choose(person, OTHER, current=PASSWORD) == {}
    assert opens(app, OTHER)
    assert not opens(app, PASSWORD)


def test_a_link_that_was_followed_just_now_stands_in_for_a_forgotten_password(
    app: Flask, works: WorkFactory, camille: Account, clock: MovableClock
) -> None:
    with works.begin() as work:
        service.set_password(work, account_id=camille.id, password=PASSWORD, keep_session="")
        service.post_sign_in_link(work, account=work.session.get_one(Account, camille.id))
    browser = visitor(app)
    browser.fill_in(newest_link(works))
    assert 'name="current"' not in browser.get("/account").text
    clock.advance(FRESH_LASTS)
    assert 'name="current"' in browser.get("/account").text
    assert "current" in choose(browser, OTHER)
    clock.advance(-timedelta(seconds=1))
    assert choose(browser, OTHER) == {}
    assert opens(app, OTHER)


def test_the_current_password_cannot_be_tried_without_end(person: Person) -> None:
    choose(person, PASSWORD)
    for _ in range(7):
        choose(person, OTHER, current="not this one")
    answer = person.fill_in("/account", {"form": "password", "password": OTHER, "current": PASSWORD})
    assert answer.status_code == 429


def test_links_that_were_mailed_are_dead_after_a_change_and_the_owner_is_told(
    works: WorkFactory, camille: Account, person: Person
) -> None:
    with works.begin() as work:
        service.post_sign_in_link(work, account=work.session.get_one(Account, camille.id))
    token = newest_link(works).rpartition("/")[2]
    assert choose(person, PASSWORD) == {}
    with works.begin() as work, pytest.raises(LinkUnusable):
        service.use_link(work, token=token, purpose=LinkPurpose.SIGN_IN)
    told = letters(works)[-1]
    assert (told.kind, told.recipient) == ("accounts.password_changed", camille.address)
    assert newest_link(works) == "/sign-in"


def test_who_has_no_password_proves_nothing_by_an_empty_one(works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        account = work.session.get_one(Account, camille.id)
        for current in ("", None, PASSWORD):
            with pytest.raises(WrongPassword):
                check_proven(work, account, current=current, session_token="none")
