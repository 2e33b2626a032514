"""``matchmaker doctor``: a line for each thing that must be right, and exit 1 when one is not."""

import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete, text

from matchmaker.base import heartbeats
from matchmaker.base.outbox import MessageState
from matchmaker.base.work import Work, WorkFactory, system_clock
from matchmaker.cli.doctor import clock_line, doctor
from matchmaker.cli.sender_checks import TextRecords, Unanswered, Wrong, sender_checks
from matchmaker.places.models import Territory, TerritoryCommune
from matchmaker.post import brake, suppression
from matchmaker.post.meanings import Bounce
from matchmaker.scheduler import EVERY_SECONDS
from tests.builders import NOW, load_communes, load_vocabulary, make_settings, make_world
from tests.cli.command import Command, Done
from tests.kernel.keys import make_key
from tests.kernel.letters import letter

PUBLIC = "https://aide.example.org"


@pytest.fixture
def loaded(live_works: WorkFactory) -> WorkFactory:
    """A database with a territory, and a scheduler at work."""
    with live_works.begin() as work:
        make_world(work)
        seen(work, ago=timedelta())
    return live_works


def seen(work: Work, *, ago: timedelta, **late: timedelta) -> None:
    """Note that a scheduler was seen that long ago, and when the parts of its work ended well."""
    now = system_clock()
    work = replace(work, now=now)
    parts = dict.fromkeys(EVERY_SECONDS, timedelta())
    moments = {name: now - since for name, since in {**parts, heartbeats.SCHEDULER: ago, **late}.items()}
    work.session.execute(delete(heartbeats.Heartbeat))
    heartbeats.note(work, moments)


def wrong(done: Done) -> list[str]:
    """The names of the things that are wrong."""
    assert "Traceback" not in done.stdout + done.stderr
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("WRONG")]


def test_a_sound_installation_is_told_so_line_by_line(command: Command, loaded: WorkFactory) -> None:
    done = command.run("doctor")
    assert wrong(done) == []
    names = [line.split()[1] for line in done.stdout.splitlines()]
    assert names == [
        *(
            "settings",
            "address",
            "files",
            "database",
            "clock",
            "migrations",
            "data",
            "sentences",
            "mail",
            "scheduler",
            "outbox",
            "bounces",
        ),
        *("dkim", "spf", "dmarc"),
    ]
    assert "4 communes, 2 territories, vocabulary matchmaker (12 concepts)" in done.stdout


def test_a_public_address_without_encryption_is_wrong(command: Command, loaded: WorkFactory) -> None:
    done = at_home(command, dns=SOUND, BASE_URL="http://aide.example.org")
    assert (done.returncode, wrong(done)) == (1, ["address"])


def test_a_mail_server_that_does_not_answer_is_wrong(command: Command, loaded: WorkFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = command.try_to_run("doctor", MAIL_PORT=str(port))
    assert (done.returncode, wrong(done)) == (1, ["mail"])
    assert f"127.0.0.1:{port}" in done.stdout


def test_what_no_scheduler_was_told_to_do_is_wrong(command: Command, loaded: WorkFactory) -> None:
    with loaded.begin() as work:
        work.session.execute(delete(heartbeats.Heartbeat).where(heartbeats.Heartbeat.name == "weeks"))
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["scheduler"])
    assert "has not ended well for long: weeks (its log" in done.stdout


@pytest.mark.parametrize(
    ("seconds", "told"), [(-600, "is 600 s ahead of"), (6, "is 6 s behind"), (5, None), (0, None), (-5, None)]
)
def test_a_clock_that_is_off_the_databases_is_wrong(seconds: int, told: str | None) -> None:
    there = NOW + timedelta(seconds=seconds)
    if told is None:
        assert clock_line(there, NOW, NOW) == "is within 5 s of the database's"
    else:
        with pytest.raises(Wrong, match=told):
            clock_line(there, NOW, NOW)


def test_an_answer_that_took_long_does_not_make_a_clock_wrong() -> None:
    assert clock_line(NOW + timedelta(seconds=20), NOW, NOW + timedelta(seconds=30))


def test_an_old_schema_is_wrong(command: Command, loaded: WorkFactory, fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["migrations"])
    assert "matchmaker db upgrade" in done.stdout


def test_a_database_of_a_later_version_is_served_meanwhile(
    command: Command, loaded: WorkFactory, fresh_engine: Engine
) -> None:
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert wrong(command.run("doctor")) == []


def test_a_scheduler_that_does_not_run_is_wrong(command: Command, loaded: WorkFactory) -> None:
    with loaded.begin() as work:
        work.post(letter())
        seen(work, ago=timedelta(hours=3))
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["scheduler"])
    assert "none was seen since " in done.stdout
    with loaded.begin() as work:
        work.session.execute(delete(heartbeats.Heartbeat))
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["scheduler"])
    assert "none was ever seen, so that no letter leaves: start 'matchmaker scheduler'" in done.stdout


def test_a_scheduler_that_runs_and_manages_nothing_is_wrong(command: Command, loaded: WorkFactory) -> None:
    with loaded.begin() as work:
        seen(work, ago=timedelta(), letters=timedelta(hours=1), housekeeping=timedelta(hours=1))
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["scheduler"])
    assert "has not ended well for long: letters (its log" in done.stdout


def test_a_misspelt_setting_is_wrong(command: Command, loaded: WorkFactory) -> None:
    done = command.try_to_run("doctor", MAIL_HOTS="mail.example.org")
    assert (done.returncode, wrong(done)) == (1, ["settings"])
    assert "MATCHMAKER_MAIL_HOTS: is no setting; did you mean MATCHMAKER_MAIL_HOST?" in done.stdout
    assert "mail.example.org" not in done.stdout


def test_missing_data_and_missing_territories_are_wrong(command: Command, live_works: WorkFactory) -> None:
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["data", "scheduler"])
    assert "matchmaker catalogue load" in done.stdout
    with live_works.begin() as work:
        load_communes(work)
        load_vocabulary(work)
        work.session.execute(delete(TerritoryCommune))
        work.session.execute(delete(Territory))
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["data", "scheduler"])
    assert "matchmaker organiser found" in done.stdout


def test_letters_in_doubt_are_wrong_and_waiting_ones_are_not(command: Command, loaded: WorkFactory) -> None:
    with loaded.begin() as work:
        work.post(letter())
    assert "1 waiting" in command.run("doctor").stdout
    with loaded.begin() as work:
        work.post(letter()).state = MessageState.UNKNOWN
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["outbox"])


def test_letters_that_are_held_back_are_wrong(command: Command, loaded: WorkFactory) -> None:
    with loaded.begin() as work:
        for _ in range(brake.DOUBTS_IN_A_ROW):
            brake.note_doubt(replace(work, now=system_clock()), "SMTPServerDisconnected")
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["outbox"])
    assert "as the mail server fell silent in the middle of several in a row" in done.stdout


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite", "postgresql://nobody:hush@127.0.0.1:9/nothing"]
)
def test_a_database_that_cannot_be_reached_is_wrong_and_the_rest_is_still_told(
    command: Command, fresh_engine: Engine, url: str
) -> None:
    done = command.try_to_run("doctor", DATABASE_URL=url)
    assert (done.returncode, wrong(done)) == (
        1,
        [
            "database",
            *(["clock"] if url.startswith("postgresql") else []),
            *("migrations", "data", "scheduler", "outbox", "bounces"),
        ],
    )
    assert "hush" not in done.stdout


def test_a_database_without_schema_is_wrong(command: Command) -> None:
    done = command.try_to_run("doctor", DATABASE_URL="sqlite:///new.sqlite")
    assert (done.returncode, wrong(done)) == (1, ["migrations", "data", "scheduler", "outbox", "bounces"])
    assert "at revision none" in done.stdout


def test_suppressed_addresses_are_counted_and_a_maildir_must_be_there(
    command: Command, loaded: WorkFactory, tmp_path: Path
) -> None:
    with loaded.begin() as work:
        message = work.post(letter())
        message.state, message.settled_at = MessageState.SENT, work.now
        suppression.record_return(work, message=message, bounce=Bounce.HARD, diagnostic="550 5.1.1")
    done = command.run("doctor")
    assert "letters came back: 1; no reports are read" in done.stdout
    assert "MATCHMAKER_BOUNCE_MAILDIR is not set" in done.stdout
    done = command.try_to_run("doctor", BOUNCE_MAILDIR=str(tmp_path / "returned"))
    assert (done.returncode, wrong(done)) == (1, ["bounces"])
    for name in ("tmp", "new", "cur"):
        (tmp_path / "returned" / name).mkdir(parents=True)
    done = command.run("doctor", BOUNCE_MAILDIR=str(tmp_path / "returned"))
    assert f"reports are read from {tmp_path / 'returned'}" in done.stdout


def test_an_installation_on_localhost_asks_no_dns(command: Command, loaded: WorkFactory) -> None:
    done = command.run("doctor")
    assert done.stdout.count("the DNS is not asked for an installation on localhost") == 2
    assert "letters leave unsigned" in done.stdout


def test_a_key_that_cannot_sign_is_told_with_the_settings(command: Command, tmp_path: Path) -> None:
    done = command.try_to_run("doctor", DKIM_KEY_FILE=str(tmp_path / "nowhere"), DKIM_SELECTOR="s1")
    assert (done.returncode, wrong(done)) == (2, ["settings"])
    assert "MATCHMAKER_DKIM_KEY_FILE: cannot be read" in done.stdout


SOUND = {
    "territoire.example": ["google-site-verification=1", "v=spf1 mx -all"],
    "_dmarc.territoire.example": ["v=DMARC1; p=none"],
    "s1._domainkey.territoire.example": [make_key().record],
}


def at_home(command: Command, *, dns: dict[str, list[str]], **settings: str) -> Done:
    """Run ``doctor`` in this process, with a DNS of which all is known."""
    runner = CliRunner(env=command.environment(BASE_URL=settings.pop("BASE_URL", PUBLIC), **settings))
    result = runner.invoke(doctor, obj=lambda name: dns.get(name, ()))
    assert isinstance(result.exception, SystemExit | None), result.exception
    return Done(["doctor"], result.exit_code, result.stdout, result.stderr)


def checked(dns: TextRecords, **settings: object) -> dict[str, str]:
    """What is said of the sender, by name; with a ``!`` before what is wrong."""
    told = {}
    for name, check in sender_checks(make_settings(base_url=PUBLIC, **settings), dns):
        try:
            told[name] = check()
        except Wrong as error:
            told[name] = f"!{error}"
    return told


@pytest.fixture
def signing(tmp_path: Path) -> dict[str, object]:
    """Settings that sign."""
    path = tmp_path / "key.pem"
    path.write_bytes(make_key().pem)
    return {"dkim_key_file": path, "dkim_selector": "s1"}


def known(**changed: list[str]) -> TextRecords:
    """A DNS that is sound but for the changed kinds of record."""
    names = {"spf": "territoire.example", "dmarc": "_dmarc.territoire.example"}
    names["dkim"] = "s1._domainkey.territoire.example"
    records = SOUND | {names[kind]: value for kind, value in changed.items()}
    return lambda name: records.get(name, ())


def test_a_sound_sender_is_told_so(command: Command, loaded: WorkFactory, signing: dict[str, object]) -> None:
    settings = {"DKIM_KEY_FILE": str(signing["dkim_key_file"]), "DKIM_SELECTOR": "s1"}
    done = at_home(command, dns=SOUND, **settings)
    assert (done.returncode, wrong(done)) == (0, [])
    assert checked(known(), **signing) == {
        "dkim": "s1._domainkey.territoire.example signs with 1024 bits (2048 are better), and the DNS has its "
        "public key",
        "spf": "territoire.example: v=spf1 mx -all",
        "dmarc": "_dmarc.territoire.example: v=DMARC1; p=none",
    }


def test_a_long_key_needs_no_better_one(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(make_key(2048).pem)
    told = checked(known(dkim=[make_key(2048).record]), dkim_key_file=path, dkim_selector="s1")
    assert told["dkim"] == (
        "s1._domainkey.territoire.example signs with 2048 bits, and the DNS has its public key"
    )


def test_a_key_that_the_dns_lacks_or_has_otherwise_is_wrong(signing: dict[str, object]) -> None:
    assert "is not in the DNS" in checked(known(dkim=[]), **signing)["dkim"]
    for record in (make_key(seed=2).record, "v=DKIM1; p=", "nonsense"):
        told = checked(known(dkim=[record]), **signing)["dkim"]
        assert told.startswith("!")
        assert "is not the public key" in told
    # While keys change, both stand there.
    both = known(dkim=[make_key(seed=2).record, make_key().record])
    assert not checked(both, **signing)["dkim"].startswith("!")


def test_a_signature_of_another_domain_is_wrong(signing: dict[str, object]) -> None:
    assert checked(known(), dkim_domain="elsewhere.example", **signing)["dkim"].startswith(
        "!elsewhere.example"
    )
    assert checked(known(), dkim_domain="notterritoire.example", **signing)["dkim"].startswith("!not")
    at_example = {"s1._domainkey.example": [make_key().record]}
    above = checked(lambda name: at_example.get(name, ()), dkim_domain="example", **signing)
    assert above["dkim"].startswith("s1._domainkey.example signs")


@pytest.mark.parametrize(
    ("records", "what"),
    [
        ([], "has no SPF record"),
        (["v=spf10 mx", "spf1"], "has no SPF record"),
        (["v=spf1 mx -all", "V=SPF1 -all"], "has 2 SPF records"),
    ],
)
def test_a_domain_without_one_spf_record_is_wrong(records: list[str], what: str) -> None:
    told = checked(known(spf=records))["spf"]
    assert told.startswith("!territoire.example")
    assert what in told


def test_dmarc_may_stand_at_the_domain_above_and_its_lack_is_no_failure() -> None:
    records = {"_dmarc.territoire.example": ["other", "v=DMARC1; p=reject"]}
    told = checked(lambda name: records.get(name, ()), mail_from="bonjour@lettres.territoire.example")
    assert told["dmarc"] == "_dmarc.territoire.example: v=DMARC1; p=reject"
    assert checked(known(dmarc=[]))["dmarc"].startswith("none for territoire.example")


def test_a_dns_that_does_not_answer_is_told_plainly_and_asked_once(signing: dict[str, object]) -> None:
    asked = []

    def silent(name: str) -> list[str]:
        asked.append(name)
        raise Unanswered("the DNS could not be read")

    assert checked(silent, **signing) == {
        "dkim": "s1._domainkey.territoire.example signs with 1024 bits (2048 are better); "
        "the DNS could not be read",
        "spf": "the DNS could not be read",
        "dmarc": "the DNS could not be read",
    }
    assert asked == ["s1._domainkey.territoire.example"]
