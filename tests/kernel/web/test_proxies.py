"""What a request says of where it comes from: it counts where the operator has a proxy, and from no other."""

import pytest
from flask import Flask, request
from structlog.testing import capture_logs

from matchmaker.app import create_app
from matchmaker.web import Access, access
from tests.builders import make_settings
from tests.databases import Database
from tests.doors import make_app, site_of

HTTPS = "https://aide.example.org"

FORWARDED = {
    "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "aide.example.org",
    "X-Forwarded-Prefix": "/elsewhere",
}


def seen_by(trusted_proxies: int, headers: dict[str, str], *, host: str = "aide.example.org") -> list[str]:
    """What a door is told: the visitor's address, the scheme, the host and the path before its own."""
    app = create_app(
        make_settings(
            base_url=HTTPS,
            trusted_proxies=trusted_proxies,
            database_url="sqlite:///never-opened.sqlite",
        )
    )

    @access(Access.PUBLIC)
    def seen() -> list[str]:
        return [request.remote_addr or "", request.scheme, request.host, request.script_root]

    app.add_url_rule("/seen", "seen", seen)
    site_of(app).engine.dispose()
    answer = app.test_client().get("/seen", headers=headers, base_url=f"http://{host}")
    told: list[str] = answer.get_json()
    return told


def test_without_a_trusted_proxy_nobody_says_where_they_come_from() -> None:
    said = {**FORWARDED, "X-Forwarded-Host": "elsewhere.example"}
    assert seen_by(0, said) == ["127.0.0.1", "http", "aide.example.org", ""]


@pytest.mark.parametrize(("number", "visitor"), [(1, "198.51.100.7"), (2, "203.0.113.9")])
def test_the_last_of_as_many_as_are_trusted_says_it(number: int, visitor: str) -> None:
    assert seen_by(number, {**FORWARDED, "X-Forwarded-Proto": "https, https"}) == [
        visitor,
        "https",
        "aide.example.org",
        "",
    ]


def test_a_proxy_may_hand_on_the_host_beside_its_own() -> None:
    assert seen_by(1, FORWARDED, host="127.0.0.1:8000")[2] == "aide.example.org"


@pytest.mark.parametrize("referrer", [None, "https://elsewhere.example/"])
def test_behind_https_a_form_is_read_without_a_referrer(database: Database, referrer: str | None) -> None:
    app = make_app(database.sessions, base_url=HTTPS, trusted_proxies=1)
    client = app.test_client()
    headers = {"X-Forwarded-Proto": "https", "Host": "aide.example.org"}
    page = client.get("/sign-in", headers=headers, base_url=HTTPS)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    if referrer is not None:
        headers["Referer"] = referrer
    for sent, code in ((token, 200), ("", 400)):
        answer = client.post(
            "/sign-in",
            data={"address": "zoe@example.org", "csrf_token": sent},
            headers=headers,
            base_url=HTTPS,
        )
        assert answer.status_code == code


def test_a_wrong_host_is_told_in_plain_words_and_logged(app: Flask) -> None:
    with capture_logs() as logged:
        answer = app.test_client().get("/sign-in", headers={"Host": "other.example:8000"})
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    assert '<html lang="fr">' in answer.text
    assert 'href="http://localhost/"' in answer.text
    assert "other.example" not in answer.text
    (event,) = [one for one in logged if one["event"] == "wrong_host"]
    assert (event["asked"], event["own"]) == ("other.example:8000", "localhost")
