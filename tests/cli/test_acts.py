"""``matchmaker acts``: who did what, as it is on record."""

from dataclasses import replace

from matchmaker.base.work import WorkFactory, system_clock
from matchmaker.groups import service as groups
from matchmaker.groups.rules import Stage
from tests.builders import add_account, make_world
from tests.cli.command import Command


def test_what_was_done_in_a_territory_is_printed(command: Command, live_works: WorkFactory) -> None:
    # The command has no other clock than the machine's.
    with replace(live_works, clock=system_clock).begin() as work:
        world = make_world(work)
        founder = add_account(work)
        group = groups.found_group(
            work.acting_as(founder.id),
            challenge=world.challenge,
            founder_id=founder.id,
            name="Les Ateliers",
            pitch="Réparer ensemble.",
            description="",
            stage=Stage.IDEA,
            locale="fr",
        )
    lines = command.run("acts", "--territory=valence-romans", "--days=1").stdout.splitlines()
    assert [line.split("  ")[2] for line in lines] == [
        "territory.founded", "challenge.added", "challenge.added", "group.founded",
    ]  # fmt: skip
    assert lines[-1] == (
        f"{group.created_at:%Y-%m-%d %H:%M:%S}  account {founder.id}  group.founded  startup_groups {group.id}"
    )
    assert "  nobody  " in lines[0]
    assert len(command.run("acts").stdout.splitlines()) > len(lines)


def test_a_territory_that_is_not_there_is_told(command: Command) -> None:
    done = command.try_to_run("acts", "--territory=nowhere")
    assert (done.returncode, done.stderr) == (1, "Error: there is no territory 'nowhere'\n")
