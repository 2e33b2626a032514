"""DKIM: what a receiver verifies is what came over the wire, and a key that cannot sign stops the start."""

from pathlib import Path

import dkim
import pytest

from matchmaker.base.settings import Settings, SettingsError, load_settings
from matchmaker.base.signing import KeyUnusable, public_modulus, read_key
from matchmaker.base.work import WorkFactory
from matchmaker.post import delivery
from matchmaker.post.delivery import Delivered
from tests.builders import make_settings
from tests.kernel.keys import make_key
from tests.kernel.letters import letter
from tests.mailbox import Mailbox

LONG = "https://aide.example.org/unsubscribe/" + "a1B2" * 60


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A file with a key."""
    path = tmp_path / "dkim.pem"
    path.write_bytes(make_key().pem)
    return path


@pytest.fixture
def signing(smtp_server: Mailbox, key_file: Path) -> Settings:
    """Settings that sign."""
    return make_settings(
        mail_host=smtp_server.host,
        mail_port=smtp_server.port,
        dkim_key_file=key_file,
        dkim_selector="lettres",
    )


def text_record(name: bytes, timeout: int = 5) -> bytes:
    """The DNS with the public key in it."""
    assert name == b"lettres._domainkey.territoire.example."
    return make_key().record.encode()


def verifies(wire: bytes) -> bool:
    """Whether a receiver takes the signature for good."""
    return bool(dkim.verify(wire, dnsfunc=text_record))


@pytest.fixture
def received(works: WorkFactory, signing: Settings, smtp_server: Mailbox) -> bytes:
    """The bytes of a weekly letter as a mail server got them."""
    with works.begin() as work:
        work.post(
            letter(
                recipient_name="Zoé « la » Rose, d'ici",
                subject="Été, œuvre et cætera : " + "é" * 200,
                text="Bonjour Zoé,\n\n.une ligne qui commence par un point\n  \nDes espaces   et \t fin  \n\n\n",
                html=f"<p>{'é' * 3000}</p>\n",
                unsubscribe_url=LONG,
                list_id="Valence-Romans <valence-romans.aide.example.org>",
            )
        )
    assert delivery.deliver(works, signing) == Delivered(sent=1)
    return smtp_server.received[0].content


def test_a_receiver_verifies_the_bytes_that_came_over_the_wire(received: bytes) -> None:
    assert verifies(received)
    signature = received.split(b"\r\nFrom: ")[0].replace(b"\r\n ", b" ")
    assert signature.startswith(
        b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=territoire.example;"
    )
    assert received.isascii()
    assert b"\n" not in received.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "name",
    ["From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id",
     "MIME-Version", "Content-Type", "Content-Language", "Auto-Submitted"],
)  # fmt: skip
def test_each_header_that_matters_is_signed(received: bytes, name: str) -> None:
    start = received.index(f"\r\n{name}: ".encode()) + len(name) + 4
    assert not verifies(received[:start] + b"x" + received[start:])


def test_the_body_is_signed(received: bytes) -> None:
    assert not verifies(received.replace(b"Bonjour", b"Bonsoir"))


@pytest.mark.parametrize(
    "name", ["From", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Type"]
)
def test_nobody_on_the_way_can_add_another(received: bytes, name: str) -> None:
    assert not verifies(f"{name}: <https://evil.test/>\r\n".encode() + received)
    assert verifies(b"Received: by relay.example.net\r\n" + received)


def test_a_letter_without_a_list_cannot_be_given_an_unsubscribe_link(
    works: WorkFactory, signing: Settings, smtp_server: Mailbox
) -> None:
    with works.begin() as work:
        work.post(letter())
    delivery.deliver(works, signing)
    wire = smtp_server.received[0].content
    assert verifies(wire)
    assert not verifies(b"List-Unsubscribe: <https://evil.test/>\r\n" + wire)


def test_without_a_key_letters_leave_unsigned(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox
) -> None:
    with works.begin() as work:
        work.post(letter())
    delivery.deliver(works, settings)
    assert b"DKIM-Signature" not in smtp_server.received[0].content


def test_a_key_that_is_gone_after_the_start_still_signs(
    works: WorkFactory, signing: Settings, smtp_server: Mailbox, key_file: Path
) -> None:
    key_file.unlink()
    with works.begin() as work:
        work.post(letter())
    assert delivery.deliver(works, signing) == Delivered(sent=1)
    assert verifies(smtp_server.received[0].content)


def test_another_domain_may_sign(key_file: Path) -> None:
    settings = make_settings(dkim_key_file=key_file, dkim_selector="S1", dkim_domain="Example.org")
    assert settings.signer is not None
    assert settings.signer.record == "s1._domainkey.example.org"


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("form", ["pem", "pkcs1"])
def test_a_key_is_read_in_both_forms_of_pem(tmp_path: Path, form: str, ending: bytes) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(getattr(make_key(), form).replace(b"\n", ending))
    key = read_key(path)
    assert key.bits == 1024
    assert key.modulus == public_modulus(make_key().record)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "holds no private RSA key"),
        (b"not a key\n", "holds no private RSA key"),
        (b"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n", "holds no private RSA key"),
        (make_key().pem[:200] + b"\n-----END PRIVATE KEY-----\n", "holds no private RSA key"),
        (make_key().pem.replace(b"PRIVATE", b"PUBLIC"), "holds no private RSA key"),
        (make_key(512).pem, "has 512 bits, and receivers want 1024 at least"),
    ],
)
def test_what_is_no_usable_key_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    with pytest.raises(KeyUnusable, match=why):
        read_key(path)
    with pytest.raises(SettingsError, match=f"^MATCHMAKER_DKIM_KEY_FILE: {why}"):
        load_settings(values(dkim_key_file=path, dkim_selector="s1"))


def test_a_key_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.pem", tmp_path):
        with pytest.raises(SettingsError, match=r"^MATCHMAKER_DKIM_KEY_FILE: cannot be read: "):
            load_settings(values(dkim_key_file=path, dkim_selector="s1"))


@pytest.mark.parametrize("name", ["dkim_key_file", "dkim_selector"])
def test_a_key_and_its_selector_go_together(key_file: Path, name: str) -> None:
    value = key_file if name == "dkim_key_file" else "s1"
    with pytest.raises(SettingsError, match="MATCHMAKER_DKIM_KEY_FILE and MATCHMAKER_DKIM_SELECTOR"):
        load_settings(values(**{name: value}))


@pytest.mark.parametrize("name", ["dkim_selector", "dkim_domain"])
@pytest.mark.parametrize("wrong", ["a b", "é", "a..b", "-a", "a;d=evil.test", "a\r\nb", "x" * 64])
def test_what_is_no_name_in_the_dns_is_refused(key_file: Path, name: str, wrong: str) -> None:
    fields = {"dkim_key_file": key_file, "dkim_selector": "s1", name: wrong}
    with pytest.raises(SettingsError, match=f"^MATCHMAKER_{name.upper()}: is not a name in the DNS$"):
        load_settings(values(**fields))


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    settings = load_settings(values(dkim_key_file="", dkim_selector="", dkim_domain="", bounce_maildir=""))
    assert settings.signer is None
    assert settings.bounce_maildir is None


def test_the_key_is_not_shown(signing: Settings) -> None:
    assert signing.signer is not None
    assert "PRIVATE" not in repr(signing) + repr(signing.signer)
    assert str(signing.signer.key.modulus) not in repr(signing.signer)


@pytest.mark.parametrize(
    "record",
    ["", "v=DKIM1; p=", "v=DKIM1; k=rsa; p=AAAA", "v=DKIM1; k=rsa; p=!", "v=spf1 -all", "é", "v=DKIM2; p=AAAA",
     "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="],
)  # fmt: skip
def test_a_record_without_an_rsa_key_has_none(record: str) -> None:
    assert public_modulus(record) is None


def values(**overrides: object) -> dict[str, object]:
    """Settings that an installation has besides."""
    return {
        "secret_key": "a secret that is long enough for the tests",
        "base_url": "https://aide.example.org",
        "mail_from": "bonjour@territoire.example",
        **overrides,
    }
