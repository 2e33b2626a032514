"""Settings: what is missing is told a line each, what is unsafe is refused, and nothing changes afterwards."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticUndefined

from matchmaker.app import served_app
from matchmaker.base.public import check_public
from matchmaker.base.settings import Settings, SettingsError, load_settings
from tests.builders import make_settings
from tests.checkout import ROOT

GOOD = {
    "MATCHMAKER_SECRET_KEY": "a secret that is long enough for the tests",
    "MATCHMAKER_BASE_URL": "https://aide.example.org",
    "MATCHMAKER_MAIL_FROM": "bonjour@aide.example.org",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment of an installation with the settings that have no default."""
    monkeypatch.chdir(tmp_path)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def problems(**overrides: object) -> list[str]:
    """The lines that wrong settings are told in."""
    with pytest.raises(SettingsError) as refusal:
        load_settings(overrides)
    return str(refusal.value).splitlines()


def test_they_come_from_the_environment() -> None:
    settings = load_settings()
    assert settings.secret_key.get_secret_value() == GOOD["MATCHMAKER_SECRET_KEY"]
    assert str(settings.base_url) == "https://aide.example.org/"
    assert settings.database_url == "sqlite:///matchmaker.sqlite"


def test_overrides_win_over_the_environment() -> None:
    assert load_settings({"mail_from": "autre@example.org"}).mail_from == "autre@example.org"


def test_each_missing_one_is_told_on_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        monkeypatch.delenv(name)
    assert problems() == [
        "MATCHMAKER_SECRET_KEY: is missing",
        "MATCHMAKER_BASE_URL: is missing",
        "MATCHMAKER_MAIL_FROM: is missing",
    ]


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("SECRET_KEY", "short", "must have at least 32 characters"),
        ("BASE_URL", "aide.example.org", "Input should be a valid URL"),
        ("BASE_URL", "https://example.org/aide", "must be a scheme and a host alone"),
        ("BASE_URL", "https://amina:secret@example.org", "must be a scheme and a host alone"),
        ("DATABASE_URL", "mysql://localhost/aide", "must start with sqlite:/// or postgresql://"),
        ("DATABASE_URL", "postgresql://localhost:port/aide", "is not the address of a database"),
        ("DATABASE_URL", "postgresql://aide:hu@sh@localhost/aide", "is ambiguous: write each @, / and :"),
        ("DATABASE_URL", "postgres://aide:hu@s/h@localhost/aide", "is ambiguous: write each @, / and :"),
        ("DATABASE_URL", "postgresql://ai/de:hush@localhost/aide", "is ambiguous: write each @, / and :"),
        ("MAIL_PORT", "0", "greater than or equal to 1"),
        ("MAIL_PORT", "smtp", "valid integer"),
        ("MAIL_SECURITY", "ssl", "'none', 'starttls' or 'tls'"),
        ("MAIL_TIMEOUT", "600", "less than or equal to 60"),
        ("MAIL_FROM", "bonjour", "is not an e-mail address"),
        ("MAIL_FROM", "bonjour@aide.example.org\nBcc: x@example.org", "is not an e-mail address"),
        ("MAIL_FROM", "café@example.org", "is not an e-mail address"),
        ("MAIL_FROM_NAME", "Startup\nBcc: x@example.org", "must be one line of text"),
        ("DEFAULT_LOCALE", "de", "'fr' or 'en'"),
        ("WEB_WORKERS", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_one_is_told_by_its_name_and_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, what: str
) -> None:
    monkeypatch.setenv(f"MATCHMAKER_{name}", value)
    (line,) = problems()
    assert line.startswith(f"MATCHMAKER_{name}: ")
    assert what in line
    assert value not in line.removeprefix(f"MATCHMAKER_{name}: ")


def test_a_user_name_without_a_password_is_refused() -> None:
    (line,) = problems(mail_username="aide")
    assert "MATCHMAKER_MAIL_USERNAME and MATCHMAKER_MAIL_PASSWORD" in line


def test_they_cannot_be_changed() -> None:
    settings = make_settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.mail_host = "elsewhere"


@pytest.mark.parametrize(
    "url",
    [
        "postgres://aide:hu%40s%2Fh@localhost/aide",
        "postgresql://aide:h#u?sh@localhost:5432/aide?options=-csearch_path%3Da@b",
        "sqlite:////srv/aide@home.sqlite",
    ],
)
def test_an_address_that_is_clear_is_taken(url: str) -> None:
    assert load_settings({"database_url": url}).database_url == url


def test_what_is_secret_is_not_shown() -> None:
    settings = make_settings(
        database_url="postgresql://aide:hush@localhost/aide", mail_username="aide", mail_password="quiet"
    )
    for secret in ("long enough", "hush", "quiet"):
        assert secret not in repr(settings)


@pytest.mark.parametrize(
    ("url", "host", "secure"),
    [
        ("https://aide.example.org", "aide.example.org", True),
        ("https://aide.example.org:443/", "aide.example.org", True),
        ("https://aide.example.org:8443", "aide.example.org:8443", True),
        ("http://localhost:8000", "localhost:8000", False),
        ("http://localhost:443", "localhost:443", False),
        ("http://localhost:80", "localhost", False),
    ],
)
def test_the_host_is_named_with_its_port_unless_that_is_the_schemes_own(
    url: str, host: str, secure: bool
) -> None:
    settings = make_settings(base_url=url)
    assert (settings.host, settings.secure) == (host, secure)


def test_the_page_tells_every_setting_with_its_default() -> None:
    page = (ROOT / "docs/running.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `MATCHMAKER_(\w+)` \|(?: `([^`]*)`)? \|", page, flags=re.MULTILINE))
    assert told == {
        name.upper(): "" if field.default in {None, PydanticUndefined} else str(field.default)
        for name, field in Settings.model_fields.items()
    }


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("unsafe", "told"),
    [
        ({"secret_key": "a" * 40}, "SECRET_KEY: is easy to guess"),
        ({"secret_key": "abababab" * 5, "base_url": "http://localhost"}, "SECRET_KEY: is easy to guess"),
        ({"base_url": "http://aide.example.org"}, "BASE_URL: must begin with https://"),
        ({"base_url": "http://localhost.example.org"}, "BASE_URL: must begin with https://"),
        ({"demo_mailbox": "letters"}, "DEMO_MAILBOX: must not be set"),
    ],
)
def test_what_is_unsafe_in_public_is_told_with_what_to_set(unsafe: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=f"^MATCHMAKER_{told}"):
        check_public(load_settings(unsafe))


def test_no_server_of_another_kind_starts_with_what_is_unsafe_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHMAKER_BASE_URL", "http://aide.example.org")
    with pytest.raises(SettingsError, match="BASE_URL: must begin with https://"):
        served_app()


@pytest.mark.parametrize(
    "safe",
    [
        {},
        {"base_url": "http://localhost:8000"},
        {"base_url": "http://127.0.0.1:8000", "demo_mailbox": "letters"},
        {"base_url": "http://[::1]:8000"},
    ],
)
def test_what_stays_on_this_machine_may_be_so(safe: dict[str, object]) -> None:
    check_public(load_settings(safe))
