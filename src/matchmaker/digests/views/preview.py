"""One person's letter before it is sent: as it will be read, with its reasons and what else could be in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from matchmaker.base import i18n
from matchmaker.base.ids import AccountId, NeedId
from matchmaker.digests import loading, queries, service
from matchmaker.digests.access import Desk, own_desk
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import EditKind, Fit, LineKind, ReaderId, Silence
from matchmaker.digests.views.blueprint import blueprint, plan_of, without_key
from matchmaker.digests.views.drawing import drawing_of
from matchmaker.groups.models import Need
from matchmaker.matching import queries as matching_queries
from matchmaker.matching.access import record_sight
from matchmaker.places.access import ORGANISER
from matchmaker.web import access, letter_page, now, or_404, reading, site

CANDIDATES_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A need that fits somebody and is not in their letter; its score is out of 100."""

    need: Need
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is of somebody's letter: its draft, or why there is none, and ``others``, the needs that fit beyond it.

    ``before`` and ``after`` are the readers of the letters beside it; ``drafted_at`` is None when it was planned now.
    """

    person: Recipient
    draft: loading.Draft | None
    why: Silence | None
    others: Sequence[Fit[ReaderId, NeedId]]
    before: AccountId | None
    after: AccountId | None
    drafted_at: datetime | None = None


@blueprint.get("/t/<slug>/week/preview/<int:account_id>")
@access(ORGANISER)
def preview(slug: str, account_id: int) -> ResponseReturnValue:
    """One person's letter of this week as it will be read, or why there is none."""
    desk = own_desk(slug)
    found = _found(desk, AccountId(account_id))
    edits = queries.edits(reading(), territory_id=desk.territory.id, iso_week=desk.week)
    own = [edit for edit in edits if edit.account_id == account_id]
    draft, works = found.draft, site().works
    letter = service.letter_of(works, desk.territory, draft, edits) if draft else None
    page = render_template(
        "digests/preview.html",
        territory=desk.territory,
        desk=desk,
        drafted_at=found.drafted_at,
        person=found.person,
        letter=letter,
        text=without_key(letter.text, letter.unsubscribe_url) if letter else None,
        sections=service.sections(works, draft, edits, locale=i18n.get_locale()) if draft else None,
        why=found.why.label if found.why else None,
        held=[edit for edit in own if edit.kind is EditKind.HOLD],
        pinned={edit.need_id: edit for edit in own if edit.kind is EditKind.PIN},
        candidates=_candidates(found.others),
        before=found.before,
        after=found.after,
    )
    record_sight(draft.helpers if draft else (), territory=desk.territory, to_organiser=True)
    return page


@blueprint.get("/t/<slug>/week/preview/<int:account_id>/letter")
@access(ORGANISER)
def preview_letter(slug: str, account_id: int) -> ResponseReturnValue:
    """The HTML part of that letter, for the frame of its page."""
    desk = own_desk(slug)
    draft = or_404(_found(desk, AccountId(account_id)).draft)
    edits = queries.edits(reading(), territory_id=desk.territory.id, iso_week=desk.week)
    letter = service.letter_of(site().works, desk.territory, draft, edits)
    record_sight(draft.helpers, territory=desk.territory, to_organiser=True)
    return letter_page(without_key(letter.html, letter.unsubscribe_url))


def _found(desk: Desk, account_id: AccountId) -> Found:
    """Somebody's letter by the draft that is kept, or by a plan that is made for the page. Raises Missing."""
    drawing = drawing_of(desk)
    kept = drawing.draft and queries.find_drafted_letter(reading(), drawing.draft, account_id=account_id)
    if not kept or not drawing.draft:
        return _planned(plan_of(desk), account_id)
    person = or_404(queries.recipients_by_id(reading(), [account_id]).get(account_id))
    draft = next(iter(loading.kept_drafts(reading(), drawing.draft, [kept], now=now())), None)
    before, after = queries.accounts_beside(reading(), kept) if kept.silence is None else (None, None)
    fits = loading.fits_of(
        reading(), desk.territory, person, now=now(), tokens=site().works.tokens, week=desk.week
    )
    told = {line.planned.need_id for line in draft.of(LineKind.NEED)} if draft else set()
    return Found(
        person=person,
        draft=draft if kept.silence is None else None,
        why=kept.silence,
        others=[fit for fit in fits if fit.need_id not in told],
        before=before,
        after=after,
        drafted_at=drawing.draft.drafted_at,
    )


def _planned(plan: loading.Plan, account_id: AccountId) -> Found:
    reader_id = ReaderId(account_id)
    person = or_404(plan.people.get(reader_id))
    planned = [letter for letter in plan.letters if letter.reader_id == reader_id]
    # Letters on paper are their relay's to read and to print.
    order = [letter.reader_id.account_id for letter in plan.letters if letter.reader_id.account_id]
    here = order.index(account_id) if account_id in order else None
    told = plan.assignment.letters.get(reader_id, ())
    return Found(
        person=person,
        draft=next(iter(loading.drafts(reading(), plan.people, planned, now=now())), None),
        why=next((why for silent, why in plan.silent if silent.account_id == account_id), None),
        others=[fit for fit in plan.ranking.of(reader_id) if fit.need_id not in told],
        before=order[here - 1] if here else None,
        after=order[here + 1] if here is not None and here + 1 < len(order) else None,
    )


def _candidates(others: Sequence[Fit[ReaderId, NeedId]]) -> list[Candidate]:
    """The best needs that fit somebody beyond those of their letter."""
    some = others[:CANDIDATES_SHOWN]
    needs = matching_queries.needs_by_id(reading(), (fit.need_id for fit in some))
    return [Candidate(need=needs[fit.need_id], score=fit.score) for fit in some if fit.need_id in needs]
