"""Verbs are services', so that a page, a command and an API can all call them: each has a door, and a way back.

A verb is what a room's service exports that takes a unit of work first: ``work``, or ``works`` for one that opens its own.
What takes ``work.session`` is a read, however much it finds out: it changes nothing.
"""

import ast
import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.test_manners import FILES, PACKAGE, names

VIEWS = [path for path in FILES if "views" in (path.stem, path.parent.name)]
ROOMS = sorted(
    path.relative_to(PACKAGE).parts[0]
    for pattern in ("*/service.py", "*/service/__init__.py")
    for path in PACKAGE.glob(pattern)
)

WAYS_BACK = {
    "accounts.change_account": "accounts.change_account",
    "accounts.change_address": "accounts.change_address",
    "accounts.use_address_link": "accounts.change_address",
    "accounts.end_other_sessions": "accounts.start_session",
    "accounts.enter_by_letter": "accounts.end_session",
    "accounts.forget_session": "accounts.start_session",
    "accounts.open_account": "accounts.delete_account",
    "accounts.set_password": "accounts.set_password",
    "accounts.sign_in_by_password": "accounts.end_session",
    "accounts.start_session": "accounts.end_session",
    "accounts.use_link": "accounts.end_session",
    "assisted.ask_for_letter": "assisted.stop_letter",
    "assisted.correct_person": "assisted.correct_person",
    "assisted.correct_skills": "assisted.correct_skills",
    "assisted.give_address": "assisted.give_address",
    "assisted.note_answers": "assisted.note_answers",
    "assisted.record_answer": "assisted.record_answer",
    "assisted.record_code": "assisted.record_code",
    "assisted.record_step": "assisted.record_step",
    "assisted.sign_up_here": "assisted.delete_person",
    "citizens.answer_challenges": "citizens.answer_challenges",
    "citizens.answer_place": "citizens.answer_place",
    "citizens.answer_skills": "citizens.answer_skills",
    "citizens.answer_time": "citizens.answer_time",
    "citizens.change_profile": "citizens.change_profile",
    "citizens.change_skills": "citizens.change_skills",
    "citizens.confirm": "citizens.delete_profile",
    "citizens.create_profile": "citizens.delete_profile",
    "citizens.finish_sign_up": "citizens.finish_sign_up",
    "citizens.start_sign_up": "citizens.forget_stale_sign_ups",
    "citizens.withdraw_weekly_letter": "citizens.change_profile",
    "digests.choose_letters": "digests.choose_letters",
    "digests.hold_line": "digests.withdraw_edit",
    "digests.keep_paragraph": "digests.withdraw_edit",
    "digests.pause_run": "digests.resume_run",
    "digests.pin_line": "digests.withdraw_edit",
    "digests.request_week": "digests.pause_run",
    "digests.set_schedule": "digests.set_schedule",
    "digests.stop_letters": "digests.choose_letters",
    "groups.act_on_need": "groups.act_on_need",
    "groups.change_group": "groups.change_group",
    "groups.change_need": "groups.change_need",
    "groups.close_group": "groups.reopen_group",
    "groups.found_group": "groups.close_group",
    "groups.leave_group": "invitations.accept_invitation",
    "groups.make_lead": "groups.step_down",
    "groups.post_need": "groups.act_on_need",
    "groups.say_need_stands": "groups.act_on_need",
    "groups.remove_member": "invitations.invite",
    "introductions.act": "introductions.take_action",
    "introductions.announce_absence": "introductions.end_absence",
    "introductions.answer_by_letter": "introductions.take_action",
    "introductions.answer_for": "introductions.answer_for",
    "introductions.follow": "introductions.unfollow",
    "introductions.offer": "introductions.take_action",
    "introductions.propose": "introductions.take_action",
    "introductions.share": "introductions.share",
    "introductions.stop_notices": "introductions.resume_notices",
    "invitations.accept_invitation": "groups.leave_group",
    "invitations.invite": "invitations.withdraw",
    "invitations.withdraw_all": "invitations.invite",
    "matching.dismiss": "matching.take_back",
    "matching.hide_from_group": "matching.show_to_group",
    "matching.keep_answer": "matching.keep_answer",
    "places.add_challenge": "places.remove_challenge",
    "places.change_challenge": "places.change_challenge",
    "places.change_territory": "places.change_territory",
    "places.set_page": "places.set_page",
    "places.set_travel": "places.set_travel",
    "places.name_organiser": "places.remove_organiser",
    "relays.describe_relay": "relays.describe_relay",
    "relays.remove_relay_member": "invitations.invite",
    "vocabulary.declare_verdict": "vocabulary.withdraw_verdict",
}
"""What undoes what somebody did; the same verb where they do it again with other words."""

NO_WAY_BACK = {
    "It changes nothing: it needs the unit of work to check a token, or to lock.": {
        "accounts.check_address_link",
        "accounts.check_link",
        "demo.is_loaded",
        "groups.lock_need",
        "invitations.find_invitation",
    },
    "A letter cannot be called back once it has left; what its link opens ends by itself.": {
        "accounts.post_sign_in_link",
        "accounts.request_account",
        "accounts.request_address",
        "accounts.request_sign_in",
        "assisted.send_to_person",
        "digests.send_test",
    },
    "The clock does it, and asks first what is due.": {
        "accounts.forget_expired",
        "accounts.forget_strangers",
        "accounts.keep_seen",
        "digests.advance",
        "digests.draw_drafts",
        "groups.delete_closed",
        "digests.request_due",
        "groups.ask_whether_needs_stand",
        "groups.close_unanswered",
        "groups.expire_needs",
        "introductions.advance",
        "invitations.forget_expired",
        "introductions.mark_told",
        "introductions.send_notices",
        "matching.forget_pauses",
    },
    "It asks for a draft, of which nothing leaves and which the next one replaces.": {
        "digests.ask_for_draft",
    },
    "It is the way back from what nobody did by a verb: letters that came back, a place that was taken.": {
        "accounts.resume_letters",
        "groups.free_place",
    },
    "It is a step of an introduction, which both sides can take back.": {
        "groups.take_place",
    },
    "It happened, and stays on record.": {
        "assisted.print_letters",
        "assisted.record_not_reached",
        "digests.settle_letter",
        "digests.settle_message",
        "digests.settle_run",
        "introductions.thank",
        "introductions.write_message",
        "matching.record_showings",
    },
    "Who leaves is forgotten, and words that nobody uses are resolved anew when somebody types them.": {
        "accounts.close_if_unused",
        "invitations.forget_account",
        "vocabulary.forget_phrases",
    },
    "What the loaded vocabulary answers is kept for everybody; another vocabulary answers anew.": {
        "vocabulary.resolve_phrases",
    },
    "The demonstration is thrown away and made anew.": {
        "demo.complete",
        "demo.keep",
        "demo.load",
        "demo.load_places_and_words",
    },
    "What people have gathered around would be lost with it: an operator does it by hand, if ever.": {
        "places.found_territory",
        "relays.name_relay",
    },
}
"""Verbs that nothing undoes, by the reason why."""


def units_of_work(tree: ast.AST) -> Iterator[ast.With | ast.FunctionDef]:
    """The ``with`` blocks that open a unit of work as ``work``, and the functions that are handed one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            bound = [one for item in node.items if item.optional_vars for one in ast.walk(item.optional_vars)]
            if any(isinstance(one, ast.Name) and one.id == "work" for one in bound):
                yield node
        elif isinstance(node, ast.FunctionDef) and any(one.arg == "work" for one in node.args.args):
            yield node


def verbs_called(block: ast.AST) -> list[str]:
    """What is called with the unit of work itself, in whichever branch."""
    calls = [node for node in ast.walk(block) if isinstance(node, ast.Call)]
    given = [(call, [*call.args, *(keyword.value for keyword in call.keywords)]) for call in calls]
    return [
        ast.unparse(call.func)
        for call, values in given
        if any(isinstance(value, ast.Name) and value.id == "work" for value in values)
    ]


@cache
def verbs() -> frozenset[str]:
    """Every verb that a service exports, as "room.verb"."""
    found = set()
    for room in ROOMS:
        service = importlib.import_module(f"matchmaker.{room}.service")
        for name in getattr(service, "__all__", vars(service)):
            exported = getattr(service, name)
            own = inspect.isfunction(exported) and exported.__module__.startswith(service.__name__)
            if own and not name.startswith("_") and _first_parameter(exported) in {"work", "works"}:
                found.add(f"{room}.{name}")
    return frozenset(found)


def _first_parameter(function: object) -> str:
    return next(iter(inspect.signature(function).parameters), "")  # type: ignore[arg-type]


def verbs_used(path: Path) -> set[str]:
    """The services' functions that a file names, as "room.name"; those of its own service are not counted."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    rooms: dict[str, str] = {}
    used = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            room, _, rest = node.module.removeprefix("matchmaker.").partition(".")
            if rest.partition(".")[0] == "service":
                used |= {f"{room}.{one.name}" for one in node.names}
            elif not rest:
                rooms |= {one.asname or one.name: room for one in node.names if one.name == "service"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in rooms:
            used.add(f"{rooms[node.value.id]}.{node.attr}")
    room, inside = path.relative_to(PACKAGE).parts[0], path.relative_to(PACKAGE).parts[1:2]
    own = inside in {("service",), ("service.py",)}
    return {one for one in used if not (own and one.startswith(f"{room}."))}


@pytest.mark.parametrize("path", VIEWS, ids=names)
def test_a_view_calls_one_verb_in_a_unit_of_work(path: Path) -> None:
    for block in units_of_work(ast.parse(path.read_text(encoding="utf-8"))):
        called = verbs_called(block)
        assert len(called) <= 1, f"{names(path)}:{block.lineno} composes {', '.join(called)}"


def test_no_verb_is_without_a_door() -> None:
    used = set().union(*map(verbs_used, FILES))
    assert sorted(verbs() - used) == []


def test_no_door_is_without_a_way_back_or_a_reason() -> None:
    none = set().union(*NO_WAY_BACK.values())
    told = WAYS_BACK.keys() | WAYS_BACK.values() | none
    assert sorted(verbs() - told) == [], "say what undoes it, or why nothing does"
    assert sorted(told - verbs()) == [], "these are verbs no more"
    assert none.isdisjoint(WAYS_BACK)
