"""Settings: read once from the environment into one frozen object.

Each setting is an environment variable ``MATCHMAKER_<NAME>``. Nothing that would be unsafe in public has a
default: a missing secret or base URL stops the start with one clear line.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from email.errors import MessageError
from email.headerregistry import Address
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError

from matchmaker.base.signing import KeyUnusable, Signer, read_key

PREFIX = "MATCHMAKER_"

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
"""Host names of this machine alone."""

_DOMAIN = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")


def database_address(value: str) -> str:
    """The address of a database, as it was given. Raises ValueError, which tells nothing of what is in it."""
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    try:
        url = make_url(value)
    except (ArgumentError, ValueError) as error:
        raise ValueError("is not the address of a database") from error
    # Where a password has such a sign, a part of it would be taken for the host, and be told with each failure.
    if not value.startswith("sqlite") and "@" in f"{url.host}{url.database}":
        raise ValueError(
            "is ambiguous: write each @, / and : of the user name and the password as %40, %2F and %3A"
        )
    return value


class SettingsError(Exception):
    """A setting is missing or wrong; ``str()`` names each variable and what is wrong, a line each."""


class Settings(BaseSettings):
    """All that an installation may choose."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    secret_key: SecretStr = Field(description="Signs cookies and links: at least 32 characters, kept secret.")
    base_url: HttpUrl = Field(
        description="The public address, as https://aide.example.org. Links in letters start with it."
    )
    database_url: str = Field(
        default="sqlite:///matchmaker.sqlite",
        repr=False,
        description="An SQLAlchemy address: sqlite:///file or postgresql://user:password@host/name.",
    )
    mail_host: str = Field(default="localhost", description="The SMTP server that takes the letters.")
    mail_port: int = Field(default=25, ge=1, le=65535, description="Its port.")
    mail_security: Literal["none", "starttls", "tls"] = Field(
        default="none", description="How the connection to it is protected."
    )
    mail_username: str | None = Field(
        default=None, description="User name at the SMTP server, if it wants one."
    )
    mail_password: SecretStr | None = Field(
        default=None, description="Password at the SMTP server, if it wants one."
    )
    mail_timeout: float = Field(
        default=20, gt=0, le=60, description="Seconds to wait for each of the SMTP server's answers."
    )
    mail_per_minute: int | None = Field(
        default=None,
        ge=2,
        description="Letters that all senders hand over a minute at most, if limited.",
    )
    mail_from: str = Field(description="The address that letters come from, as bonjour@aide.example.org.")
    mail_from_name: str = Field(default="Startup de territoire", description="The name beside that address.")
    mail_reply_to: str | None = Field(
        default=None,
        description="The address for readers' answers, if it is not the one that letters come from.",
    )
    mail_return_path: str | None = Field(
        default=None,
        description="The address for reports; each letter has its own, as retour+KEY@ for retour@aide.example.org.",
    )
    dkim_key_file: Path | None = Field(
        default=None,
        description="File with the private RSA key (PEM) that signs letters by DKIM; unsigned without it.",
    )
    dkim_selector: str | None = Field(
        default=None, description="The name under which the DNS has the public key, if letters are signed."
    )
    dkim_domain: str | None = Field(
        default=None, description="The domain that signs, if it is not that of the sender's address."
    )
    bounce_maildir: Path | None = Field(
        default=None, description="A maildir of delivery reports, which the scheduler reads."
    )
    default_locale: Literal["fr", "en"] = Field(
        default="fr", description="The language of a visitor who chose none."
    )
    database_pool: int = Field(
        default=5, ge=1, le=200, description="Connections to PostgreSQL that each process keeps."
    )
    database_pool_overflow: int = Field(
        default=10, ge=0, le=200, description="Connections beyond these that it opens while it needs them."
    )
    web_workers: int = Field(
        default=2, ge=1, le=64, description="Processes that answer the web (command serve)."
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="How many proxies of yours stand before it, whose X-Forwarded-For, -Proto and -Host count.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least that is logged."
    )
    semantic: bool = Field(
        default=False, description="Whether sentences are understood; needs the extra `semantic`."
    )
    demo_mailbox: str | None = Field(
        default=None, description="Folder of the demo's mailbox; set by the command demo only."
    )

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("base_url")
    @classmethod
    def _only_a_host(cls, value: HttpUrl) -> HttpUrl:
        if (
            value.path not in {None, "", "/"}
            or value.query
            or value.fragment
            or value.username
            or value.password
        ):
            raise ValueError("must be a scheme and a host alone, as https://aide.example.org")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        return database_address(value)

    @field_validator("mail_from", "mail_reply_to", "mail_return_path")
    @classmethod
    def _sendable(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            address = Address(addr_spec=value)
        except (ValueError, MessageError, IndexError) as error:
            raise ValueError("is not an e-mail address") from error
        if not (address.username and address.domain and value.isascii()):
            raise ValueError("is not an e-mail address")
        return value

    @field_validator("mail_return_path")
    @classmethod
    def _has_room(cls, value: str | None) -> str | None:
        # A name before the @ may have 64 signs, of which a letter's own number takes half.
        name = (value or "").partition("@")[0]
        if "+" in name or len(name) > 31:
            raise ValueError("must have at most 31 signs before the @, and no +")
        return value

    @field_validator("mail_from_name")
    @classmethod
    def _on_one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("must be one line of text")
        return value

    @field_validator(
        *("dkim_key_file", "dkim_selector", "dkim_domain", "bounce_maildir"),
        *("mail_reply_to", "mail_return_path"),
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        # The empty path would be the folder at hand.
        return None if value == "" else value

    @field_validator("dkim_selector", "dkim_domain")
    @classmethod
    def _in_the_dns(cls, value: str | None) -> str | None:
        if value is not None and not (_DOMAIN.fullmatch(value.lower()) and len(value) <= 200):
            raise ValueError("is not a name in the DNS")
        return value and value.lower()

    @model_validator(mode="after")
    def _whole_sign_in(self) -> "Settings":
        if bool(self.mail_username) != bool(self.mail_password and self.mail_password.get_secret_value()):
            raise ValueError(f"{PREFIX}MAIL_USERNAME and {PREFIX}MAIL_PASSWORD: set both or none")
        return self

    @model_validator(mode="after")
    def _whole_signature(self) -> "Settings":
        if bool(self.dkim_key_file) != bool(self.dkim_selector):
            raise ValueError(f"{PREFIX}DKIM_KEY_FILE and {PREFIX}DKIM_SELECTOR: set both or none")
        try:
            # Read at the start and kept: a letter must not be the first to find that the key is gone.
            self.signer  # noqa: B018
        except KeyUnusable as error:
            raise ValueError(f"{PREFIX}DKIM_KEY_FILE: {error}") from error
        return self

    @cached_property
    def signer(self) -> Signer | None:
        """What signs letters, or None if they leave unsigned."""
        if self.dkim_key_file is None or self.dkim_selector is None:
            return None
        return Signer(
            key=read_key(self.dkim_key_file),
            domain=self.dkim_domain or self.mail_domain,
            selector=self.dkim_selector,
        )

    def return_path(self, message_key: str) -> str:
        """The address to which a report about a letter goes: its own, if the settings say where."""
        if self.mail_return_path is None:
            return self.mail_from
        name, _, domain = self.mail_return_path.rpartition("@")
        return f"{name}+{message_key}@{domain}"

    @property
    def return_domain(self) -> str:
        """The domain that stands in the conversation with the mail server, of which SPF speaks."""
        return (self.mail_return_path or self.mail_from).rpartition("@")[2].lower()

    @property
    def mail_domain(self) -> str:
        """The domain of the sender's address."""
        return self.mail_from.rpartition("@")[2].lower()

    @property
    def secure(self) -> bool:
        """Whether the public address is https, so that cookies may demand it."""
        return self.base_url.scheme == "https"

    @property
    def host(self) -> str:
        """The host name of the public address, with its port if it is not the scheme's own."""
        host, own_port = self.base_url.host or "", 443 if self.secure else 80
        return host if self.base_url.port in {None, own_port} else f"{host}:{self.base_url.port}"


def unknown_settings(environment: Mapping[str, str]) -> list[str]:
    """What to say of each variable that looks like a setting and is none, a line each."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    lines = []
    for name in sorted(environment):
        # The environment may be written in any letters; pydantic reads it so.
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1, cutoff=0.8)
            lines.append(f"{name}: is no setting" + (f"; did you mean {near[0]}?" if near else ""))
    return lines


def load_settings(overrides: Mapping[str, object] | None = None) -> Settings:
    """Read the settings from the environment; ``overrides`` (by field name) win over it.

    Raises SettingsError.
    """
    try:
        return Settings(**dict(overrides or {}))  # type: ignore[arg-type]
    except ValidationError as error:
        lines = []
        for item in error.errors(include_url=False, include_input=False):
            name = f"{PREFIX}{str(item['loc'][0]).upper()}: " if item["loc"] else ""
            what = "is missing" if item["type"] == "missing" else item["msg"].removeprefix("Value error, ")
            lines.append(f"{name}{what}")
        raise SettingsError("\n".join(lines)) from error
