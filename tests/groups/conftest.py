"""A group with a lead and a member, and somebody who is a stranger to it."""

from dataclasses import dataclass

import pytest
from flask import Flask

from matchmaker.accounts.models import Account
from matchmaker.base.work import Work, WorkFactory
from matchmaker.groups.models import Membership, StartupGroup
from matchmaker.groups.rules import Role
from tests.builders import World, add_account, add_group
from tests.doors import Person, signed_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays in these stories. All read English, except Zoé, who has a group of her own."""

    group: StartupGroup
    lead: Account
    member: Account
    stranger: Account


def make_cast(work: Work, world: World) -> Cast:
    """The group "Ma bouteille s'appelle Reviens" of Lou and Malik, and Zoé, who leads another."""
    lead = add_account(work, address="lou@example.org", first_name="Lou", locale="en")
    member = add_account(work, address="malik@example.org", first_name="Malik", locale="en")
    stranger = add_account(work, address="zoe@example.org", first_name="Zoé", locale="en")
    group = add_group(work, world.challenge, lead=lead)
    add_group(work, world.other_challenge, name="Vélos de la Drôme", lead=stranger)
    work.session.add(
        Membership(group_id=group.id, account_id=member.id, role=Role.MEMBER, joined_at=work.now)
    )
    work.session.flush()
    return Cast(group=group, lead=lead, member=member, stranger=stranger)


@pytest.fixture
def cast(works: WorkFactory, world: World) -> Cast:
    """The people of these stories in the database of ``app``."""
    with works.begin() as work:
        return make_cast(work, world)


@pytest.fixture
def lead(app: Flask, cast: Cast) -> Person:
    """Lou, signed in."""
    return signed_in(app, cast.lead)


@pytest.fixture
def member(app: Flask, cast: Cast) -> Person:
    """Malik, signed in."""
    return signed_in(app, cast.member)


@pytest.fixture
def stranger(app: Flask, cast: Cast) -> Person:
    """Zoé, signed in."""
    return signed_in(app, cast.stranger)
