"""Founding a group, changing what it says of itself, and who sees what of it."""

import pytest
from sqlalchemy import func, select

from matchmaker.base.work import Work, WorkFactory
from matchmaker.groups import queries, service
from matchmaker.groups.models import StartupGroup
from matchmaker.groups.rules import NeedState, Role, Stage
from tests.builders import World, add_need
from tests.doors import Person
from tests.groups.conftest import Cast
from tests.groups.pages import chosen_of, error_beside, letters_to, value_of, words

NEW = "/t/valence-romans/groups/new"


def answers(world: World, **changed: object) -> dict[str, object]:
    """A form that can be sent."""
    return {
        "name": "Le bon crayon",
        "pitch": "Des crayons d'ici.",
        "description": "Du bois de la Drôme.",
        "challenge": world.challenge.id,
        "stage": "idea",
        **changed,
    }


def number_of_groups(works: WorkFactory) -> int:
    with works.sessions() as session:
        return session.scalar(select(func.count()).select_from(StartupGroup)) or 0


def found(work: Work, world: World, founder_id: int, name: str) -> StartupGroup:
    return service.found_group(
        work,
        challenge=work.session.merge(world.challenge),
        founder_id=founder_id,
        name=name,
        pitch="Des crayons d'ici.",
        description="",
        stage=Stage.IDEA,
        locale="fr",
    )


def test_who_founds_a_group_leads_it_and_comes_to_its_page(
    member: Person, world: World, works: WorkFactory
) -> None:
    answer = member.fill_in(NEW, answers(world))
    assert answer.status_code == 302
    page = member.get(answer.location).text
    assert "Le bon crayon" in page
    assert "Du bois de la Drôme." in page
    assert "Your group is founded." in words(page)
    with works.sessions() as session:
        group = session.scalars(select(StartupGroup).where(StartupGroup.name == "Le bon crayon")).one()
        assert [(one.account.first_name, one.role) for one in group.memberships] == [("Malik", Role.LEAD)]
        assert (group.territory_id, group.challenge_id) == (world.territory.id, world.challenge.id)
        assert group.stage is Stage.IDEA
    assert "Le bon crayon" in member.get("/my-groups").text


def test_a_name_taken_in_the_territory_is_told_beside_it_and_nothing_typed_is_lost(
    member: Person, cast: Cast, world: World, works: WorkFactory
) -> None:
    before = number_of_groups(works)
    sent = answers(world, name=f"  {cast.group.name} ", stage="running", challenge=world.other_challenge.id)
    answer = member.fill_in(NEW, sent)
    assert answer.status_code == 422
    assert "There is a group of this name already" in error_beside(answer.text, "name")
    assert value_of(answer.text, "name") == cast.group.name
    assert value_of(answer.text, "pitch") == "Des crayons d'ici."
    assert "Du bois de la Drôme.</textarea>" in answer.text
    assert chosen_of(answer.text, "stage") == "running"
    assert chosen_of(answer.text, "challenge") == str(world.other_challenge.id)
    assert number_of_groups(works) == before


def test_another_territory_may_have_a_group_of_the_same_name(
    member: Person, cast: Cast, world: World, works: WorkFactory
) -> None:
    with works.sessions() as session:
        (challenge_id,) = [one.id for one in session.merge(world.other_territory).challenges]
    answer = member.fill_in(
        "/t/clermont/groups/new", answers(world, name=cast.group.name, challenge=challenge_id)
    )
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "path", ["/t/nowhere", "/t/nowhere/groups/new", "/groups/999999", "/groups/999999/edit"]
)
def test_what_there_is_not_is_not_found(member: Person, path: str) -> None:
    assert member.get(path).status_code == 404


@pytest.mark.parametrize("foreign", ["clermont", "²", "", "999999"])
def test_a_challenge_of_another_territory_is_refused(
    member: Person, world: World, works: WorkFactory, foreign: str
) -> None:
    if foreign == "clermont":
        with works.sessions() as session:
            foreign = str(session.merge(world.other_territory).challenges[0].id)
    answer = member.fill_in(NEW, answers(world, challenge=foreign))
    assert answer.status_code == 422
    assert error_beside(answer.text, "challenge")
    assert value_of(answer.text, "name") == "Le bon crayon"


def test_a_group_cannot_be_moved_under_a_challenge_of_another_territory(
    cast: Cast, world: World, works: WorkFactory
) -> None:
    with works.begin() as work, pytest.raises(service.ChallengeElsewhere):
        service.change_group(
            work,
            work.session.get_one(StartupGroup, cast.group.id),
            challenge=work.session.merge(world.other_territory).challenges[0],
            name="Ailleurs",
            pitch="Ailleurs",
            description="",
            stage=Stage.IDEA,
        )


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("name", "", "Please give the group a name."),
        ("name", " \t ", "Please give the group a name."),
        ("name", "x" * 81, "At most 80 characters"),
        ("pitch", "", "Please say in one sentence"),
        ("pitch", "x" * 201, "At most 200 characters"),
        ("description", "x" * 5001, "At most 5000 characters"),
        ("stage", "finished", "Please choose one of the answers."),
    ],
)
def test_what_is_missing_or_too_long_is_told_beside_its_field(
    member: Person, world: World, works: WorkFactory, field: str, text: str, told: str
) -> None:
    answer = member.fill_in(NEW, answers(world, **{field: text}))
    assert answer.status_code == 422
    assert told in error_beside(answer.text, field)
    assert field == "stage" or text.strip() in answer.text
    assert number_of_groups(works) == 2


def test_somebody_who_founds_group_after_group_is_stopped(member: Person, world: World) -> None:
    for number in range(10):
        assert member.fill_in(NEW, answers(world, name=f"Groupe {number}")).status_code == 302
    assert member.fill_in(NEW, answers(world, name="Un de plus")).status_code == 429


def test_the_name_taken_leaves_the_unit_of_work_usable(cast: Cast, world: World, works: WorkFactory) -> None:
    with works.begin() as work:
        with pytest.raises(service.NameTaken):
            found(work, world, cast.member.id, cast.group.name)
        assert found(work, world, cast.member.id, "Le bon crayon").id is not None
    assert number_of_groups(works) == 3


def test_a_lead_changes_what_the_group_says_of_itself(
    lead: Person, cast: Cast, world: World, works: WorkFactory
) -> None:
    path = f"/groups/{cast.group.id}/edit"
    assert value_of(lead.get(path).text, "name") == cast.group.name
    answer = lead.fill_in(path, answers(world, challenge=world.other_challenge.id))
    assert answer.status_code == 302
    with works.sessions() as session:
        group = session.get_one(StartupGroup, cast.group.id)
        assert (group.name, group.challenge_id) == ("Le bon crayon", world.other_challenge.id)


def test_a_lead_cannot_take_the_name_of_another_group(
    lead: Person, cast: Cast, world: World, works: WorkFactory
) -> None:
    answer = lead.fill_in(f"/groups/{cast.group.id}/edit", answers(world, name="Vélos de la Drôme"))
    assert answer.status_code == 422
    assert "There is a group of this name already" in error_beside(answer.text, "name")
    assert value_of(answer.text, "name") == "Vélos de la Drôme"
    with works.sessions() as session:
        assert session.get_one(StartupGroup, cast.group.id).name == cast.group.name


def test_only_leads_edit_and_invite(
    member: Person, stranger: Person, person: Person, cast: Cast, world: World, works: WorkFactory
) -> None:
    forms: tuple[tuple[str, dict[str, object]], ...] = (
        ("edit", answers(world)),
        ("invite", {"address": "eve@example.org", "role": "lead"}),
    )
    for page, sent in forms:
        path = f"/groups/{cast.group.id}/{page}"
        for somebody, status in ((member, 403), (stranger, 404), (person, 302)):
            assert somebody.get(path).status_code == status
            assert somebody.post(path, sent).status_code == status
        assert person.get(path).location.startswith("/sign-in?next=")
    with works.sessions() as session:
        assert session.get_one(StartupGroup, cast.group.id).name == cast.group.name
        assert not letters_to(session, "eve@example.org")


def test_the_service_asks_again_who_is_a_lead(cast: Cast, works: WorkFactory) -> None:
    with works.sessions() as session:
        service.check_lead(session, group_id=cast.group.id, account_id=cast.lead.id)
        assert service.check_member(session, group_id=cast.group.id, account_id=cast.member.id) is Role.MEMBER
        for account in (cast.member, cast.stranger):
            with pytest.raises(service.NotAllowed):
                service.check_lead(session, group_id=cast.group.id, account_id=account.id)
        with pytest.raises(service.NotAllowed):
            service.check_member(session, group_id=cast.group.id, account_id=cast.stranger.id)


def test_everybody_sees_first_names_and_nobody_sees_addresses(
    person: Person, stranger: Person, member: Person, lead: Person, cast: Cast
) -> None:
    for somebody in (person, stranger, member, lead):
        page = somebody.get(f"/groups/{cast.group.id}").text
        assert "Lou" in page
        assert "Malik" in page
        assert "@example.org" not in page


def test_only_leads_see_who_was_invited(
    person: Person, stranger: Person, member: Person, lead: Person, cast: Cast
) -> None:
    lead.fill_in(f"/groups/{cast.group.id}/invite", {"address": "eve@example.org", "role": "member"})
    lead.get(f"/groups/{cast.group.id}")
    path = f"/groups/{cast.group.id}"
    assert "eve@example.org" in lead.get(path).text
    for somebody in (member, stranger, person):
        assert "eve@example.org" not in somebody.get(path).text


def test_a_draft_is_seen_by_the_group_alone(
    person: Person, stranger: Person, member: Person, cast: Cast, works: WorkFactory
) -> None:
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        draft = add_need(work, group, title="Encore un secret", state=NeedState.DRAFT)
        add_need(work, group, title="Ouvert à tout le monde")
    for somebody in (person, stranger):
        assert "Encore un secret" not in somebody.get(f"/groups/{cast.group.id}").text
        assert "Ouvert à tout le monde" in somebody.get(f"/groups/{cast.group.id}").text
        assert "Encore un secret" not in somebody.get("/t/valence-romans").text
        assert somebody.get(f"/needs/{draft.id}").status_code == 404
    assert "Encore un secret" in member.get(f"/groups/{cast.group.id}").text
    assert member.get(f"/needs/{draft.id}").status_code == 200


def test_what_people_write_is_shown_as_text(
    lead: Person, person: Person, cast: Cast, world: World, works: WorkFactory
) -> None:
    bad = "<script>alert(1)</script>"
    lead.fill_in(
        f"/groups/{cast.group.id}/edit",
        answers(world, name=bad, pitch=f"{bad} pitch", description=f"{bad} description"),
    )
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        need = add_need(work, group, title=bad, wanted=[bad])
        need.description = bad
    pages = [f"/groups/{cast.group.id}", "/t/valence-romans", f"/needs/{need.id}"]
    own = ["/my-groups", f"/needs/{need.id}/edit", f"/groups/{cast.group.id}/edit"]
    for somebody, paths in ((person, pages), (lead, [*pages, *own, f"/groups/{cast.group.id}/invite"])):
        for path in paths:
            answer = somebody.get(path)
            assert answer.status_code == 200
            assert bad not in answer.text, path
            assert "&lt;script&gt;alert(1)" in answer.text, path


def test_my_groups_are_those_i_am_in(stranger: Person, works: WorkFactory, cast: Cast) -> None:
    with works.sessions() as session:
        names = [group.name for group in queries.groups_of(session, account_id=cast.stranger.id)]
    assert names == ["Vélos de la Drôme"]
    page = words(stranger.get("/my-groups").text)
    assert "Vélos de la Drôme" in page
    assert cast.group.name not in page
    assert "Valence-Romans" in page
    assert "Clermont" in page
