"""What organisers change in a week's letters before these are asked for."""

from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from matchmaker.base import db
from matchmaker.base.ids import AccountId, ChallengeId, NeedId
from matchmaker.base.work import Missing, Work
from matchmaker.digests import queries
from matchmaker.digests.loading import Plan, compose
from matchmaker.digests.models import DigestEdit
from matchmaker.digests.rules import EditKind, PinProblem, ReaderId, iso_week
from matchmaker.digests.rules.verbs import DigestVerb
from matchmaker.digests.service.coming import coming, seed_of
from matchmaker.digests.service.drafting import renew_draft
from matchmaker.groups.models import Need
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Gate
from matchmaker.places.models import Challenge, Territory


class WeekClosed(Exception):
    """The letters of that week were asked for, or it is over: nothing can be changed in them any more."""


class AlreadyEdited(Exception):
    """Somebody has changed this line of this letter already."""


class PinRefused(Exception):
    """A need that cannot be put into a letter; ``gate`` is what excludes it if ``problem`` is GATE."""

    def __init__(self, problem: PinProblem, gate: Gate | None = None) -> None:
        super().__init__(problem)
        self.problem, self.gate = problem, gate


def hold_line(
    work: Work, *, territory_id: int, week: str, account_id: AccountId, need_id: NeedId, made_by: AccountId
) -> DigestEdit:
    """Keep a need out of somebody's next letter; ``week`` is the one that was looked at, by its draft if there is one.

    Raises Missing, WeekClosed, AlreadyEdited.
    """
    territory, week = _open_week(work, territory_id, week)
    _check_untouched(work, territory_id, week, account_id=account_id, need_id=need_id)
    told = queries.drafted_needs(work.session, territory_id=territory_id, week=week, account_id=account_id)
    if told is None:
        told = _needs_in(_plan(work, territory, week), account_id)
    if need_id not in told:
        raise Missing(need_id)
    return _keep(
        work,
        DigestEdit(
            territory_id=territory_id,
            iso_week=week,
            kind=EditKind.HOLD,
            account_id=account_id,
            need_id=need_id,
            made_by_id=made_by,
            made_at=work.now,
        ),
    )


def pin_line(
    work: Work, *, territory_id: int, week: str, account_id: AccountId, need_id: NeedId, made_by: AccountId
) -> DigestEdit:
    """Make sure that a need is in somebody's next letter; ``week`` is the one that was looked at.

    Raises Missing, WeekClosed, AlreadyEdited, and PinRefused when the letter cannot hold it, or could do so only
    without another that is pinned.
    """
    territory, week = _open_week(work, territory_id, week)
    _check_untouched(work, territory_id, week, account_id=account_id, need_id=need_id)
    edit = _keep(
        work,
        DigestEdit(
            territory_id=territory_id,
            iso_week=week,
            kind=EditKind.PIN,
            account_id=account_id,
            need_id=need_id,
            made_by_id=made_by,
            made_at=work.now,
        ),
    )
    plan = _plan(work, territory, week)
    if ReaderId(account_id) not in plan.people:
        raise Missing(account_id)
    edits = queries.edits(work.session, territory_id=territory_id, iso_week=week)
    pinned = {one.need_id for one in edits if one.kind is EditKind.PIN and one.account_id == account_id}
    if not pinned <= _needs_in(plan, account_id):
        raise _why_not(work, territory, plan, account_id=account_id, need_id=need_id)
    return edit


def keep_paragraph(
    work: Work,
    *,
    territory_id: int,
    week: str,
    challenge_id: ChallengeId | None,
    text_fr: str,
    text_en: str,
    made_by: AccountId,
    edit_id: int | None = None,
) -> DigestEdit:
    """Write a paragraph for everybody, or for those whose letters touch a défi; or change the one that ``edit_id`` names.

    It is in the next letters that leave; ``week`` is the one that was looked at. Raises Missing, WeekClosed.
    """
    edit = _open_edit(work, territory_id, edit_id) if edit_id is not None else None
    if edit is not None and edit.kind is not EditKind.PARAGRAPH:
        raise Missing(edit_id)
    _, week = _open_week(work, territory_id, week if edit is None else None)
    if challenge_id is not None:
        challenge = work.session.get(Challenge, challenge_id)
        if challenge is None or challenge.territory_id != territory_id:
            raise Missing(challenge_id)
    if edit is None:
        edit = DigestEdit(territory_id=territory_id, kind=EditKind.PARAGRAPH)
        work.session.add(edit)
    edit.iso_week = week
    edit.challenge_id, edit.text_fr, edit.text_en = challenge_id, text_fr, text_en
    edit.made_by_id, edit.made_at = made_by, work.now
    work.session.flush()
    _record(work, DigestVerb.EDITED, edit)
    return edit


def withdraw_edit(work: Work, *, territory_id: int, edit_id: int) -> DigestEdit:
    """Bring a held line back, take a pin out, delete a paragraph. Raises Missing, WeekClosed."""
    edit = _open_edit(work, territory_id, edit_id)
    _record(work, DigestVerb.EDIT_WITHDRAWN, edit)
    work.session.delete(edit)
    work.session.flush()
    return edit


def gather_edits(work: Work, *, territory_id: int, week: str) -> None:
    """Let a week that is being asked for have all that was changed since the letters before, whatever week it was for."""
    found: dict[tuple[AccountId, NeedId], DigestEdit] = {}
    edits = queries.edits(work.session, territory_id=territory_id, iso_week=week)
    for edit in edits:
        if edit.account_id is not None and edit.need_id is not None:
            earlier = found.get((edit.account_id, edit.need_id))
            if earlier is not None:
                work.session.delete(earlier)
            found[edit.account_id, edit.need_id] = edit
    # One line was changed for two weeks, and now these are one: the later change counts.
    work.session.flush()
    for edit in edits:
        if edit in work.session:
            edit.iso_week = week


def _open_week(work: Work, territory_id: int, week: str | None) -> tuple[Territory, str]:
    """The territory and its week to come if the ``week`` that was looked at can still be changed.

    Whoever asks for its letters waits until we are done.
    """
    territory = work.session.get_one(Territory, territory_id, with_for_update=True, populate_existing=True)
    come = coming(work.session, territory, now=work.now).iso_week
    if week is not None and week != come:
        this_week = iso_week(work.now, territory.time_zone)
        if week < this_week or queries.is_asked_for(work.session, territory_id=territory_id, iso_week=week):
            raise WeekClosed
        if week > max(come, iso_week(work.now + timedelta(days=7), territory.time_zone)):
            raise Missing(week)
    return territory, come


def _open_edit(work: Work, territory_id: int, edit_id: int) -> DigestEdit:
    """What was changed, if its letters were not asked for yet. Raises Missing, WeekClosed."""
    _, week = _open_week(work, territory_id, None)
    edit = queries.find_edit(work.session, territory_id=territory_id, edit_id=edit_id)
    if edit is None:
        raise Missing(edit_id)
    if edit not in queries.edits(work.session, territory_id=territory_id, iso_week=week):
        raise WeekClosed
    return edit


def _check_untouched(
    work: Work, territory_id: int, week: str, *, account_id: AccountId, need_id: NeedId
) -> None:
    """Whoever was faster has changed this line already. Raises AlreadyEdited."""
    edits = queries.edits(work.session, territory_id=territory_id, iso_week=week)
    if any((edit.account_id, edit.need_id) == (account_id, need_id) for edit in edits):
        raise AlreadyEdited


def _keep(work: Work, edit: DigestEdit) -> DigestEdit:
    work.session.add(edit)
    try:
        work.session.flush()
    except IntegrityError as error:
        if db.violates(error, "uq_digest_edits_one_a_line"):
            raise AlreadyEdited from error
        # The person or the need is gone.
        raise Missing(edit.need_id) from error
    _record(work, DigestVerb.EDITED, edit)
    return edit


def _record(work: Work, verb: DigestVerb, edit: DigestEdit) -> None:
    renew_draft(work, territory_id=edit.territory_id, week=edit.iso_week)
    work.record(
        verb, DigestEdit, edit.id, territory_id=edit.territory_id, kind=edit.kind.value, week=edit.iso_week
    )


def _plan(work: Work, territory: Territory, week: str) -> Plan:
    return compose(
        work.session, territory, now=work.now, tokens=work.tokens, seed=seed_of(territory, week), week=week
    )


def _needs_in(plan: Plan, account_id: AccountId) -> set[NeedId]:
    return set(plan.assignment.letters.get(ReaderId(account_id), ()))


def _why_not(
    work: Work, territory: Territory, plan: Plan, *, account_id: AccountId, need_id: NeedId
) -> PinRefused:
    if any(one.need_id == need_id for one in plan.ranking.of(ReaderId(account_id))):
        return PinRefused(PinProblem.NO_ROOM)
    need = work.session.get(Need, need_id)
    profiles = [one.citizen_id for one in plan.people[ReaderId(account_id)].profiles]
    if need is None or need.territory_id != territory.id or not profiles:
        raise Missing(need_id)
    gates = [matching.explain(work.session, need, citizen_id=one, now=work.now).gate for one in profiles]
    if all(gate is not None for gate in gates):
        return PinRefused(PinProblem.GATE, gates[0])
    return PinRefused(PinProblem.NOT_PROPOSED)
