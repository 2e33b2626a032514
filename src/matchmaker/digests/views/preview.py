"""One person's letter before it is sent: as it will be read, with its reasons and what else could be in it."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from matchmaker.base import i18n
from matchmaker.base.ids import AccountId
from matchmaker.digests import loading, queries, service
from matchmaker.digests.access import own_desk
from matchmaker.digests.rules import EditKind, ReaderId
from matchmaker.digests.views.blueprint import blueprint, plan_of, without_key
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


@blueprint.get("/t/<slug>/week/preview/<int:account_id>")
@access(ORGANISER)
def preview(slug: str, account_id: int) -> ResponseReturnValue:
    """One person's letter of this week as it will be read, or why there is none."""
    desk = own_desk(slug)
    plan = plan_of(desk)
    person = or_404(plan.people.get(ReaderId(AccountId(account_id))))
    edits = queries.edits(reading(), territory_id=desk.territory.id, iso_week=desk.week)
    own = [edit for edit in edits if edit.account_id == account_id]
    # Letters on paper are their relay's to read and to print.
    order = [letter.reader_id.account_id for letter in plan.letters if letter.reader_id.account_id]
    here = order.index(person.account_id) if person.account_id in order else None
    draft = _draft(plan, account_id)
    works = site().works
    letter = service.letter_of(works, desk.territory, draft, edits) if draft else None
    page = render_template(
        "digests/preview.html",
        territory=desk.territory,
        desk=desk,
        person=person,
        letter=letter,
        text=without_key(letter.text, letter.unsubscribe_url) if letter else None,
        sections=service.sections(works, draft, edits, locale=i18n.get_locale()) if draft else None,
        why=next((why.label for silent, why in plan.silent if silent.account_id == account_id), None),
        held=[edit for edit in own if edit.kind is EditKind.HOLD],
        pinned={edit.need_id: edit for edit in own if edit.kind is EditKind.PIN},
        candidates=_candidates(plan, account_id),
        before=order[here - 1] if here else None,
        after=order[here + 1] if here is not None and here + 1 < len(order) else None,
    )
    record_sight(draft.helpers if draft else (), territory=desk.territory, to_organiser=True)
    return page


@blueprint.get("/t/<slug>/week/preview/<int:account_id>/letter")
@access(ORGANISER)
def preview_letter(slug: str, account_id: int) -> ResponseReturnValue:
    """The HTML part of that letter, for the frame of its page."""
    desk = own_desk(slug)
    draft = or_404(_draft(plan_of(desk), account_id))
    edits = queries.edits(reading(), territory_id=desk.territory.id, iso_week=desk.week)
    letter = service.letter_of(site().works, desk.territory, draft, edits)
    record_sight(draft.helpers, territory=desk.territory, to_organiser=True)
    return letter_page(without_key(letter.html, letter.unsubscribe_url))


def _draft(plan: loading.Plan, account_id: int) -> loading.Draft | None:
    planned = [letter for letter in plan.letters if letter.reader_id.account_id == account_id]
    return next(iter(loading.drafts(reading(), plan.people, planned, now=now())), None)


def _candidates(plan: loading.Plan, account_id: int) -> list[Candidate]:
    """The best needs that fit somebody beyond those of their letter."""
    reader_id = ReaderId(AccountId(account_id))
    told = plan.assignment.letters.get(reader_id, ())
    others = [fit for fit in plan.ranking.of(reader_id) if fit.need_id not in told]
    needs = matching_queries.needs_by_id(reading(), (fit.need_id for fit in others[:CANDIDATES_SHOWN]))
    return [Candidate(need=needs[fit.need_id], score=fit.score) for fit in others if fit.need_id in needs]
