"""Writing what waits to be told: at most one letter a day to anyone, and none to whoever is away or wants none."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import Account
from matchmaker.base import i18n, letter, outbox
from matchmaker.base.db import as_if_second, insert_into
from matchmaker.base.work import Missing, Work, WorkFactory
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import StartupGroup
from matchmaker.introductions import letters, queries
from matchmaker.introductions.letters import NOTICES_KIND, NoticeLine
from matchmaker.introductions.models import AbsencePeriod, Introduction, Notice, NoticeDay, NoticeRefusal
from matchmaker.introductions.rules import (
    OWING,
    SIDES,
    ClosedBecause,
    NoticeKind,
    Party,
    other_side,
)
from matchmaker.introductions.rules.verbs import IntroductionVerb
from matchmaker.introductions.service.actors import party_of
from matchmaker.introductions.service.tokens import answer_token
from matchmaker.matching import cards
from matchmaker.matching import queries as matching_queries
from matchmaker.matching import service as matching
from matchmaker.places.rules import local_day
from matchmaker.post.suppression import is_suppressed

STOP = "introductions.stop"
"""The purpose of the token that stops somebody's letters about introductions."""

NEAREST = 5
"""Matches among which the next need is looked for, when one was filled."""

AwaitLetter = Callable[[Session, Collection[int], datetime], Collection[int]]
"""Which of some accounts get another letter so soon that what is to be told can travel with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A notice, and for whom its reader hears it; None for a need that they follow."""

    notice: Notice
    party: Party | None


def no_other_letter(session: Session, account_ids: Collection[int], now: datetime) -> Collection[int]:  # noqa: ARG001
    """No account gets another letter."""
    return ()


def send_notices(works: WorkFactory, *, awaiting: AwaitLetter = no_other_letter) -> int:
    """Write a letter to each account for which something waits; how many were written.

    Each account has a unit of work of its own. Several processes may do so at once: a day is claimed by its row.
    """
    with works.begin() as work:
        waiting = work.session.scalars(
            select(Notice.account_id).where(Notice.told_at.is_(None)).distinct().order_by(Notice.account_id)
        ).all()
        held = set(awaiting(work.session, waiting, work.now)) if waiting else set()
    written = 0
    for account_id in waiting:
        if account_id not in held:
            with works.begin() as work:
                written += _write(work, account_id)
    return written


def stop_notices(work: Work, *, account_id: int) -> None:
    """No more letters about introductions; those that wait are taken back. Twice is as good as once."""

    def refuse() -> None:
        if work.session.get(NoticeRefusal, account_id) is None:
            work.session.add(NoticeRefusal(account_id=account_id, since=work.now))
            work.acting_as(account_id).record(IntroductionVerb.NOTICES_STOPPED, Account, account_id)

    as_if_second(work.session, refuse, "pk_notice_refusals")
    address = work.session.get_one(Account, account_id).address
    outbox.skip_waiting(work.session, recipient=address, kind=NOTICES_KIND, now=work.now)


def resume_notices(work: Work, *, account_id: int) -> None:
    """Letters about introductions again."""
    if (refusal := work.session.get(NoticeRefusal, account_id)) is not None:
        work.session.delete(refusal)
        work.record(IntroductionVerb.NOTICES_RESUMED, Account, account_id)


def wants_notices(session: Session, *, account_id: int) -> bool:
    """Whether an account wants letters about introductions."""
    return session.get(NoticeRefusal, account_id) is None


def mark_told(work: Work, told: Collection[tuple[int, int]]) -> None:
    """Note that another letter told accounts of introductions, by the ids of both; it counts as their letter of the day."""
    if not told:
        return
    asked = (NoticeKind.ASKED, NoticeKind.REMINDER)
    work.session.execute(
        update(Notice)
        .where(
            tuple_(Notice.account_id, Notice.introduction_id).in_(sorted(told)),
            Notice.kind.in_(asked),
            Notice.told_at.is_(None),
        )
        .values(told_at=work.now)
    )
    _claim_days(work, {account_id for account_id, _ in told})


def _write(work: Work, account_id: int) -> bool:
    account = work.session.get(Account, account_id)
    if account is None:
        return False
    found = work.session.scalars(
        select(Notice)
        .where(Notice.account_id == account_id, Notice.told_at.is_(None))
        .order_by(Notice.happened_at, Notice.id)
        .with_for_update(of=Notice)
        .options(joinedload(Notice.need))
    ).all()
    if not wants_notices(work.session, account_id=account_id) or is_suppressed(work, address=account.address):
        _settle(work, found)
        return False
    told, stale = [], []
    for notice in found:
        party = _side(work.session, notice, account_id)
        if _is_stale(notice, party, found):
            stale.append(notice)
        elif not _is_away(work, notice, party):
            told.append(_Told(notice=notice, party=party))
    _settle(work, stale)
    if not told or not _claim_days(work, {account_id}):
        return False
    _settle(work, [one.notice for one in told])
    work.post(_letter(work, account, told))
    work.session.flush()
    return True


def _side(session: Session, notice: Notice, account_id: int) -> Party | None:
    if notice.introduction is None:
        return None
    return party_of(session, notice.introduction, account_id=account_id)


def _is_stale(notice: Notice, party: Party | None, others: Sequence[Notice]) -> bool:
    """Whether what was noted is not to be told: its reader has no side any more, or the question was answered since.

    Nor is anybody asked and reminded in one letter.
    """
    if notice.introduction is None:
        return False
    if party not in SIDES:
        return True
    if notice.kind not in {NoticeKind.ASKED, NoticeKind.REMINDER}:
        return False
    first = (NoticeKind.ASKED, NoticeKind.AGREED)
    repeated = notice.kind is NoticeKind.REMINDER and any(
        other.kind in first and other.introduction_id == notice.introduction_id for other in others
    )
    return repeated or party not in OWING.get(notice.introduction.state, frozenset())


def _is_away(work: Work, notice: Notice, party: Party | None) -> bool:
    """Whether the reader is away on the day where the notice comes from, or the group for which they hear it."""
    group = _group_of(notice)
    whose = AbsencePeriod.account_id == notice.account_id
    if party is Party.GROUP:
        whose = or_(whose, AbsencePeriod.group_id == group.id)
    today = local_day(work.now, group.territory.time_zone)
    found = select(AbsencePeriod.id).where(
        whose, AbsencePeriod.first_day <= today, AbsencePeriod.last_day >= today
    )
    return work.session.scalar(found.limit(1)) is not None


def _group_of(notice: Notice) -> StartupGroup:
    if notice.introduction is not None:
        return notice.introduction.group
    if notice.need is None:
        raise Missing(notice.id)
    return notice.need.group


def _claim_days(work: Work, account_ids: Collection[int]) -> Collection[int]:
    """Those of some accounts that had no letter about introductions today, and have had one now."""
    day = work.now.date()
    claimed = work.session.scalars(
        insert_into(work.session, NoticeDay)
        .values([{"account_id": account_id, "day": day} for account_id in sorted(account_ids)])
        .on_conflict_do_nothing()
        .returning(NoticeDay.account_id)
    )
    return claimed.all()


def _settle(work: Work, notices: Sequence[Notice]) -> None:
    for notice in notices:
        notice.told_at = work.now
    work.session.flush()


def _letter(work: Work, account: Account, told: Sequence[_Told]) -> letter.Letter:
    token = work.tokens.sign_bound(STOP, str(account.id), to=account.address)
    with i18n.using(account.locale):
        lines = [_line(work, account, one) for one in told]
    return letters.notices(
        work.letters,
        address=account.address,
        first_name=account.first_name,
        locale=account.locale,
        territory_name=_group_of(told[0].notice).territory.name,
        lines=lines,
        introductions_url=work.links.to("introductions.mine"),
        unsubscribe_url=work.links.to("introductions.stop", token=token),
    )


def _line(work: Work, account: Account, one: _Told) -> NoticeLine:
    notice = one.notice
    introduction = notice.introduction
    if introduction is None or one.party is None:
        group = _group_of(notice)
        told = letters.reopened if group.closed_at is None else letters.group_closed
        return NoticeLine(
            need_title=notice.need.title if notice.need else "",
            sentence=told(group.name),
            url=work.links.to("matching.need", need_id=notice.need_id),
            button=letters.button(notice.kind, None),
        )
    if notice.kind in {NoticeKind.ASKED, NoticeKind.REMINDER}:
        url = work.links.to("introductions.answer", token=answer_token(work.tokens, introduction, account))
    else:
        url = work.links.to("introductions.show", introduction_id=introduction.id)
    following = _next_need(work, introduction) if one.party is Party.CITIZEN else None
    return NoticeLine(
        need_title=introduction.need.title,
        sentence=letters.sentence(
            notice.kind,
            party=one.party,
            other=other_name(introduction, one.party),
            state=introduction.state,
            because=introduction.closed_because,
        ),
        url=url,
        button=letters.button(notice.kind, introduction.state),
        reason=i18n.gettext(introduction.reason.label)
        if introduction.reason and notice.kind is NoticeKind.ENDED
        else None,
        next_title=following.title if following else None,
        next_url=following.url if following else None,
    )


def asking(introduction: Introduction, party: Party) -> str:
    """What a side is asked that owes an answer, in a sentence of the language in force."""
    return letters.sentence(
        NoticeKind.REMINDER if introduction.step else NoticeKind.ASKED,
        party=party,
        other=other_name(introduction, party),
        state=introduction.state,
        because=None,
    )


def other_name(introduction: Introduction, party: Party) -> str:
    """What the side across is called before anybody agreed: the group's name, or the citizen's first name."""
    return side_name(introduction, other_side(party))


def side_name(introduction: Introduction, party: Party) -> str:
    """What a side is called before anybody agreed."""
    if party is Party.GROUP:
        return introduction.group.name
    return introduction.citizen.first_name if introduction.citizen else i18n.gettext("Somebody who has left")


def _next_need(work: Work, introduction: Introduction) -> cards.NeedCard | None:
    """For a citizen whose need was filled or closed: the next one that fits them, and was not put to them yet."""
    closed = {ClosedBecause.NEED_FILLED, ClosedBecause.NEED_CLOSED}
    if introduction.closed_because not in closed or introduction.citizen is None:
        return None
    citizen: Citizen = introduction.citizen
    known = queries.introductions_of_citizens(work.session, citizen_ids=[citizen.id])
    matches = matching.matches_for_citizen(work.session, citizen, now=work.now, limit=NEAREST)
    for match in matches:
        if (match.need_id, citizen.id) not in known:
            need = matching_queries.find_need(work.session, need_id=match.need_id)
            if need is not None:
                return cards.need_card(need, to=work.links.to, locale=citizen.locale, match=match)
    return None
