"""People who live in a town, each with needles in all that is theirs, and what they do to leave it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.assisted import service as assisted
from matchmaker.base.db import Base
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.citizens.service.profiles import delete_profile
from matchmaker.digests import service as digests
from matchmaker.digests.rules import iso_week
from matchmaker.groups import service as groups
from matchmaker.groups.models import Membership, StartupGroup
from matchmaker.groups.rules import Role
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Action, Party
from matchmaker.introductions.service import Actor
from matchmaker.invitations import service as invitations
from matchmaker.matching.rules import AnswerChannel
from matchmaker.places import service as places
from matchmaker.relays import service as relays
from matchmaker.vocabulary.rules import VerdictKind
from matchmaker.vocabulary.service import declare_verdict
from tests import builders
from tests.builders import World

NEEDLES = ("nadelzq", "9988776", "99 88 77 6", "99.88.77.6")
"""What is, in small letters, in all that is of those who leave, and nowhere else in the town."""

LEFT = "Bonjour … ! Je note le …, ou …, ou …. …, …, c'est bien ça ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """Somebody who leaves, with all that is theirs."""

    number: int

    @property
    def name(self) -> str:
        """Their first name."""
        return f"{'ABCDEFG'[self.number]}nadelzq"

    @property
    def address(self) -> str:
        """Their address."""
        return f"{self.name.lower()}@example.org"

    @property
    def telephone(self) -> str:
        """Their number, as it is kept."""
        return f"+3369988776{self.number}"

    @property
    def skill(self) -> str:
        """A skill in their words."""
        return f"réparer des vélos {self.name}"

    @property
    def sentence(self) -> str:
        """What they write."""
        return f"Ma phrase, {self.name}."

    @property
    def spoken_of(self) -> str:
        """What others write to them."""
        last = f"6{self.number}"
        return (
            f"Bonjour {self.name} ! Je note le 06 99 88 77 {last}, ou 06.99.88.77.{last}, "
            f"ou +33 6 99 88 77 {last}. {self.name.upper()}, {self.address.upper()}, c'est bien ça ?"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Who stays, and what somebody who leaves had to do with."""

    world: World
    lead: Account
    group: StartupGroup
    citizen: Citizen


Lives = Callable[[Work, Others, Leaver], Callable[[Work], None]]
"""Lets somebody live in the town; what they do to leave it."""


def speak(work: Work, introduction_id: int, by: Actor, text: str) -> None:
    introductions.write_message(work, introduction_id=introduction_id, by=by, text=text)


def share(work: Work, who: Leaver, introduction_id: int, by: Actor, *, address: bool = True) -> None:
    sharing = introductions.Sharing(address=address, telephone=who.telephone)
    introductions.share(work, introduction_id=introduction_id, by=by, sharing=sharing)


def introduced(work: Work, others: Others, citizen: Citizen, by: Actor) -> int:
    """A new need that a citizen offers help for; the group says yes."""
    need = builders.add_need(work, others.group, title="Tresser")
    begun = introductions.offer(work, need_id=need.id, citizen_id=citizen.id, by=by)
    lead = Actor(party=Party.GROUP, account_id=others.lead.id)
    introductions.act(work, introduction_id=begun.id, action=Action.ACCEPT, by=lead)
    return begun.id


def a_citizen(work: Work, others: Others, who: Leaver) -> Callable[[Work], None]:
    citizen = builders.add_citizen(
        work, others.world.territory, address=who.address, first_name=who.name, skills=(who.skill, "couture")
    )
    herself = Actor(party=Party.CITIZEN, account_id=citizen.account_id)
    number = introduced(work, others, citizen, herself)
    share(work, who, number, herself)
    speak(work, number, herself, who.sentence)
    speak(work, number, Actor(party=Party.GROUP, account_id=others.lead.id), who.spoken_of)
    others.group.description = f"Écrivez à {who.address} !"
    return lambda work: _closed(delete_profile(work, citizen_id=citizen.id))


def a_person_of_a_relay(work: Work, others: Others, who: Leaver) -> Callable[[Work], None]:
    worker = builders.add_account(work, address="worker@example.org", first_name="Rosa")
    relay = builders.add_relay(work, others.world.territory, members=[worker])
    person = builders.add_person(
        work, relay, worker, first_name=who.name, telephone=who.telephone, skills=(who.skill, "couture")
    )
    for_them = Actor(party=Party.CITIZEN, account_id=worker.id, relay_id=relay.id, channel=AnswerChannel.CODE)
    number = introduced(work, others, person, for_them)
    share(work, who, number, for_them, address=False)
    spoken = who.spoken_of.replace(f", {who.address.upper()}", ", …")
    speak(work, number, Actor(party=Party.GROUP, account_id=others.lead.id), spoken)
    desk = assisted.AtDesk(relay_id=relay.id, member_id=worker.id)
    return lambda work: assisted.delete_person(work, desk=desk, citizen_id=person.id)


def a_lead(work: Work, others: Others, who: Leaver) -> Callable[[Work], None]:
    account = builders.add_account(work, address=who.address, first_name=who.name)
    group = others.group
    work.session.add(Membership(group_id=group.id, account_id=account.id, role=Role.LEAD, joined_at=work.now))
    need = builders.add_need(work, group, title=f"Tresser : {who.address}", wanted=("couture",))
    begun = introductions.offer(
        work,
        need_id=need.id,
        citizen_id=others.citizen.id,
        by=Actor(party=Party.CITIZEN, account_id=others.citizen.account_id),
    )
    herself = Actor(party=Party.GROUP, account_id=account.id)
    introductions.act(work, introduction_id=begun.id, action=Action.ACCEPT, by=herself)
    share(work, who, begun.id, herself)
    speak(work, begun.id, herself, who.sentence)
    speak(work, begun.id, Actor(party=Party.CITIZEN, account_id=others.citizen.account_id), who.spoken_of)
    for address in ("invited@example.org", others.citizen.account.address if others.citizen.account else ""):
        invitations.invite(
            work,
            groups.INVITATION,
            subject_id=group.id,
            invited_by_id=account.id,
            address=address,
            role=Role.MEMBER,
        )

    def leave(work: Work) -> None:
        groups.leave_group(work, group_id=group.id, account_id=account.id)
        _closed(accounts.close_if_unused(work, account_id=account.id))

    return leave


def a_member_who_was_only_named(work: Work, others: Others, who: Leaver) -> Callable[[Work], None]:
    account = builders.add_account(work, address=who.address, first_name=who.name)
    group = others.group
    work.session.add(
        Membership(group_id=group.id, account_id=account.id, role=Role.MEMBER, joined_at=work.now)
    )
    number = introduced(
        work, others, others.citizen, Actor(party=Party.CITIZEN, account_id=others.citizen.account_id)
    )
    spoken = f"Saluez {who.name} de ma part."
    speak(work, number, Actor(party=Party.CITIZEN, account_id=others.citizen.account_id), spoken)

    def leave(work: Work) -> None:
        groups.remove_member(work, group_id=group.id, account_id=account.id, by_id=others.lead.id)
        _closed(accounts.close_if_unused(work, account_id=account.id))

    return leave


def somebody_who_works_at_a_relay(work: Work, others: Others, who: Leaver) -> Callable[[Work], None]:
    account = builders.add_account(work, address=who.address, first_name=who.name)
    relay = builders.add_relay(work, others.world.territory, name="Mairie annexe", members=[account])
    person = builders.add_person(work, relay, account, first_name="Marcel", telephone="+33612345678")
    need = builders.add_need(work, others.group, title="Tresser")
    for_him = Actor(party=Party.CITIZEN, account_id=account.id, relay_id=relay.id, channel=AnswerChannel.CALL)
    begun = introductions.offer(work, need_id=need.id, citizen_id=person.id, by=for_him)
    lead = Actor(party=Party.GROUP, account_id=others.lead.id)
    introductions.act(work, introduction_id=begun.id, action=Action.ACCEPT, by=lead)
    speak(work, begun.id, lead, f"Merci à {who.name} du relais, {who.address} !")

    def leave(work: Work) -> None:
        relays.remove_relay_member(work, relay_id=relay.id, account_id=account.id)
        _closed(accounts.close_if_unused(work, account_id=account.id))

    return leave


def an_organiser(work: Work, others: Others, who: Leaver) -> Callable[[Work], None]:
    account = builders.add_account(work, address=who.address, first_name=who.name)
    territory = others.world.territory
    places.name_organiser(work, territory_id=territory.id, account_id=account.id)
    relay = builders.add_relay(work, territory, name="Épicerie solidaire")
    invitations.invite(
        work,
        relays.INVITATION,
        subject_id=relay.id,
        invited_by_id=account.id,
        address="invited@example.org",
    )
    declare_verdict(
        work,
        territory_id=territory.id,
        account_id=account.id,
        phrase="bicloune",
        other="réparation de vélos",
        kind=VerdictKind.SAME,
    )
    digests.keep_paragraph(
        work,
        territory_id=territory.id,
        week=iso_week(work.now, territory.time_zone),
        challenge_id=None,
        text_fr=f"Écrivez-moi : {who.address}.",
        text_en=f"Write to me: {who.address}.",
        made_by=account.id,
    )

    def leave(work: Work) -> None:
        places.remove_organiser(work, territory_id=territory.id, account_id=account.id)
        _closed(accounts.close_if_unused(work, account_id=account.id))

    return leave


def somebody_who_is_part_of_everything(work: Work, others: Others, who: Leaver) -> Callable[[Work], None]:
    territory = others.world.territory
    citizen = builders.add_citizen(
        work, territory, address=who.address, first_name=who.name, skills=(who.skill, "couture")
    )
    account = builders.account_of(citizen)
    herself = Actor(party=Party.CITIZEN, account_id=account.id)
    number = introduced(work, others, citizen, herself)
    share(work, who, number, herself)
    speak(work, number, herself, who.sentence)
    own = builders.add_group(work, others.world.challenge, name="Le Fournil", lead=account)
    work.session.add(
        Membership(group_id=others.group.id, account_id=account.id, role=Role.LEAD, joined_at=work.now)
    )
    builders.add_relay(work, territory, name="Bibliothèque", members=[account])
    places.name_organiser(work, territory_id=territory.id, account_id=account.id)
    work.session.flush()

    def leave(work: Work) -> None:
        groups.close_group(work, group_id=own.id, account_id=account.id)
        accounts.delete_account(work, account_id=account.id)

    return leave


def _closed(closed: bool) -> None:
    assert closed


LEAVERS: list[Lives] = [
    a_citizen,
    a_person_of_a_relay,
    a_lead,
    a_member_who_was_only_named,
    somebody_who_works_at_a_relay,
    an_organiser,
    somebody_who_is_part_of_everything,
]


def traces(session: Session) -> Iterator[tuple[str, str]]:
    """Where a nadelzq is, in whatever letters, in any table."""
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            for name, value in row.items():
                for nadelzq in NEEDLES:
                    if nadelzq in str(value).lower():
                        yield f"{table.name}.{name}", str(value)
