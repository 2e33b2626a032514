"""What every answer carries, and whom the application answers at all."""

import re

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from matchmaker.accounts.models import Account
from tests.builders import add_account
from tests.databases import Database
from tests.doors import Person, make_app, signed_in, site_of, visitor, works_of

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@pytest.fixture
def camille(app: Flask) -> Account:
    """Somebody with an account."""
    with works_of(app).begin() as work:
        return add_account(work, locale="en")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/communes?q=ro", 200),
        ("GET", "/static/matchmaker.css", 200),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/account", 302),
        ("GET", "/nowhere", 404),
        ("GET", "/sign-in/forged", 410),
        ("GET", "/sign-out", 405),
        ("POST", "/sign-in", 400),
        ("OPTIONS", "/", 200),
    ],
)
def test_every_answer_carries_them(app: Flask, method: str, path: str, status: int) -> None:
    answer = app.test_client().open(path, method=method)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "Strict-Transport-Security" not in answer.headers
    answer.close()


def test_a_failure_carries_them_too(live_app: Flask, fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE territories RENAME TO gone")
    answer = live_app.test_client().get("/")
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def cookie_of(app: Flask) -> str:
    """The cookie of a visitor, that a form sets."""
    return session_cookie(app.test_client().get("/sign-in"))


def session_cookie(answer: TestResponse) -> str:
    """The one cookie that an answer sets for a visitor."""
    (cookie,) = (note for note in answer.headers.getlist("Set-Cookie") if "session=" in note)
    return cookie


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(app: Flask) -> None:
    cookie = cookie_of(app)
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_on_a_secure_address_the_cookie_is_bound_to_it_and_transport_is_strict(database: Database) -> None:
    app = make_app(database.sessions, base_url="https://aide.example.org")
    answer = app.test_client().get("/sign-in", base_url="https://aide.example.org")
    cookie = session_cookie(answer)
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_what_a_signed_in_person_sees_is_not_stored(app: Flask, camille: Account) -> None:
    assert signed_in(app, camille).get("/").headers["Cache-Control"] == "no-store"
    assert visitor(app).get("/").headers["Cache-Control"] == "no-cache"


def test_a_file_may_be_kept_and_brings_nobodys_cookie_along(app: Flask, camille: Account) -> None:
    for person in (visitor(app), signed_in(app, camille)):
        with person.client.session_transaction() as session:
            session.permanent = True
        static = person.get("/static/matchmaker.css")
        assert "max-age=86400" in static.headers["Cache-Control"]
        assert "Set-Cookie" not in static.headers
        static.close()


@pytest.mark.parametrize(
    "host", ["evil.test", "aide.example.org.evil.test", "localhost.evil.test", "evil.test:80"]
)
def test_another_host_is_refused(app: Flask, host: str) -> None:
    answer = app.test_client().get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil.test" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_behind_a_public_address_not_even_localhost_is_answered(database: Database) -> None:
    app = make_app(database.sessions, base_url="https://aide.example.org")
    assert app.test_client().get("/", base_url="https://localhost").status_code == 400
    assert app.test_client().get("/", base_url="https://aide.example.org").status_code == 200


def test_letters_link_to_the_configured_address_whatever_the_request_says(
    database: Database,
) -> None:
    app = make_app(database.sessions, base_url="https://aide.example.org:8443")
    link = site_of(app).works.links.to("accounts.sign_in")
    assert link == "https://aide.example.org:8443/sign-in"


WORDS = {"en": '<html lang="en">', "fr": '<html lang="fr">'}


def test_error_pages_speak_the_visitors_language(app: Flask) -> None:
    for language in ("fr", "en", "fr"):
        person = visitor(app)
        person.get(f"/?lang={language}")
        answers = {
            404: person.get("/nowhere"),
            405: person.get("/sign-out"),
            400: person.client.post("/sign-in", data={"address": "a@example.org"}),
            413: person.client.post("/sign-in", data={"address": "x" * 1_100_000}),
        }
        for status, answer in answers.items():
            assert answer.status_code == status
            assert WORDS[language] in answer.text
            assert len(re.findall("<h1", answer.text)) == 1
            assert answer.mimetype == "text/html"


def test_too_many_tries_are_told_in_the_visitors_language(app: Flask) -> None:
    for language in ("en", "fr"):
        person = visitor(app)
        person.get(f"/?lang={language}")
        answer = None
        for _ in range(9):
            answer = person.fill_in("/sign-in", {"address": f"{language}@example.org"})
        assert answer is not None
        assert answer.status_code == 429
        assert WORDS[language] in answer.text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_failure_is_a_page_in_the_visitors_language_that_asks_nothing_of_the_database(
    live_app: Flask, fresh_engine: Engine, language: str
) -> None:
    with works_of(live_app).begin() as work:
        camille = add_account(work)
    person = signed_in(live_app, camille) if language == "en" else visitor(live_app)
    person.get(f"/?lang={language}")
    with fresh_engine.begin() as connection:
        for table in ("territories", "account_sessions"):
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO gone_{table}")
    answer = person.get("/")
    assert answer.status_code == 500
    assert WORDS[language] in answer.text
    assert "gone" not in answer.text


def test_a_failure_after_somebody_was_recognised_is_a_page_all_the_same(
    live_app: Flask, fresh_engine: Engine
) -> None:
    with works_of(live_app).begin() as work:
        camille = add_account(work, locale="en")
    person = signed_in(live_app, camille)
    with fresh_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE organisers RENAME TO gone")
    answer = person.get("/account")
    assert answer.status_code == 500
    assert WORDS["en"] in answer.text


def test_a_fragment_that_fails_is_no_redirect(person: Person) -> None:
    answer = person.client.get("/nowhere", headers={"HX-Request": "true"})
    assert answer.status_code == 404


def test_no_browser_keeps_a_page_to_which_a_letter_leads(app: Flask) -> None:
    """Whoever uses the same machine next goes back to no link that names somebody, nor to a sign-up half done."""
    person, opened = visitor(app), 0
    for rule in app.url_map.iter_rules():
        if "token" in rule.arguments and "GET" in (rule.methods or ()):
            path = rule.build(dict.fromkeys(rule.arguments, "a.b.c"))
            assert path is not None
            assert person.get(path[1]).headers["Cache-Control"] == "no-store", rule.endpoint
            opened += 1
    assert opened >= 5
    assert person.get("/").headers["Cache-Control"] == "no-cache"
