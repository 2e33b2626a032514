"""A week's run: how its letters come along, stopping it, each letter as it was sent, and doubts settled by hand."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext, ngettext
from matchmaker.base.outbox import MessageState
from matchmaker.base.text import without_addresses
from matchmaker.base.work import Missing
from matchmaker.digests import queries, service
from matchmaker.digests.access import own_letter, own_run
from matchmaker.digests.forms import SettleForm
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun
from matchmaker.digests.queries import LetterRow, Progress
from matchmaker.digests.rules import LineKind, RunState, Silence, iso_week
from matchmaker.digests.views.blueprint import blueprint, without_key
from matchmaker.groups.models import Need
from matchmaker.matching import queries as matching_queries
from matchmaker.matching.access import record_sight
from matchmaker.matching.rules import Gate, Match, match_from_mapping
from matchmaker.places.access import ORGANISER
from matchmaker.web import access, account_id, begin, letter_page, now, place_in_list, reading
from matchmaker.web.forms import ConfirmForm

LETTERS_A_PAGE = 50
TROUBLES_SHOWN = 20
UNREACHED_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a run has come, for its part of the page that looks again by itself while something moves."""

    run: DigestRun
    progress: Progress
    troubles: tuple[LetterRow, ...]
    complaints: int

    @property
    def moves(self) -> bool:
        """Whether more is to come without anybody's doing."""
        if self.run.state is RunState.PREPARING:
            return True
        waits = self.progress.waiting + self.progress.unwritten > 0
        return waits and self.run.state is RunState.SENDING

    @property
    def mark(self) -> str:
        """What tells two standings apart."""
        one = self.progress
        counts = (one.unwritten, one.sent, one.waiting, one.failed, one.in_doubt, one.skipped)
        return "-".join((self.run.state.value, *map(str, counts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachedNeed:
    """A need that reaches too few people, and the gate that keeps out most who fit it."""

    need: Need
    people: int
    gate: Gate | None


def standing(run: DigestRun) -> Standing:
    """How far a run has come now."""
    return Standing(
        run=run,
        progress=queries.progress(reading(), run),
        troubles=tuple(queries.troubles(reading(), run, limit=TROUBLES_SHOWN)),
        complaints=queries.complaints(reading(), run),
    )


@blueprint.get("/t/<slug>/week/<iso_week>")
@access(ORGANISER)
def run(slug: str, iso_week: str) -> ResponseReturnValue:
    """A week's run with its counts, and every letter of it."""
    found = own_run(slug, iso_week)
    page = queries.letters_of(reading(), found, place=place_in_list(), size=LETTERS_A_PAGE)
    return render_template(
        "digests/run.html",
        territory=found.territory,
        run=found,
        stand=standing(found),
        page=page,
        silences=sorted(
            (gettext(Silence(why).label), count) for why, count in (found.silences or {}).items()
        ),
        unreached=with_needs((need_id, people, gate) for need_id, people, gate in found.unreached or ()),
    )


@blueprint.get("/t/<slug>/week/<iso_week>/progress")
@access(ORGANISER)
def progress(slug: str, iso_week: str) -> ResponseReturnValue:
    """The part of a page that tells how far the run has come; nothing when the page shows the same already."""
    found = own_run(slug, iso_week)
    stand = standing(found)
    if request.args.get("seen") == stand.mark:
        return "", 204
    return render_template("digests/progress.html", territory=found.territory, stand=stand)


@blueprint.post("/t/<slug>/week/<iso_week>/pause")
@access(ORGANISER)
def pause(slug: str, iso_week: str) -> ResponseReturnValue:
    """Let no more letters of the run leave."""
    found = own_run(slug, iso_week)
    if ConfirmForm().validate_on_submit():
        with begin() as work:
            paused = service.pause_run(work, run_id=found.id)
        if paused:
            flash(gettext("No more letters leave until you press “Go on”."), "success")
        else:
            flash(
                gettext("These letters are not on their way at the moment. Nothing was changed."), "warning"
            )
    return _back(slug, found)


@blueprint.post("/t/<slug>/week/<iso_week>/resume")
@access(ORGANISER)
def resume(slug: str, iso_week: str) -> ResponseReturnValue:
    """Let a paused run go on."""
    found = own_run(slug, iso_week)
    if ConfirmForm().validate_on_submit():
        with begin() as work:
            resumed = service.resume_run(work, run_id=found.id)
        if resumed:
            flash(gettext("The letters go on leaving."), "success")
        else:
            flash(gettext("These letters are not paused. Nothing was changed."), "warning")
    return _back(slug, found)


@blueprint.get("/t/<slug>/week/<iso_week>/letters/<int:letter_id>")
@access(ORGANISER)
def letter(slug: str, iso_week: str, letter_id: int) -> ResponseReturnValue:
    """A letter of a run exactly as it was sent, and why each line was in it."""
    found = own_letter(slug, iso_week, letter_id)
    message = found.message
    page = render_template(
        "digests/letter.html",
        territory=found.run.territory,
        letter=found,
        message=message,
        readable=_readable(found),
        text=without_key(message.text, message.unsubscribe_url) if message else None,
        answer=without_addresses(message.last_error) if message and message.last_error else None,
        lines=[(line, _match(line)) for line in found.lines],
        in_doubt=message is not None and message.state is MessageState.UNKNOWN,
    )
    _record_helpers(found)
    return page


@blueprint.get("/t/<slug>/week/<iso_week>/letters/<int:letter_id>/letter")
@access(ORGANISER)
def sent_letter(slug: str, iso_week: str, letter_id: int) -> ResponseReturnValue:
    """The HTML part of a letter as it was sent, for the frame of its page."""
    found = own_letter(slug, iso_week, letter_id)
    if found.message is None or not _readable(found):
        raise Missing(letter_id)
    page = letter_page(without_key(found.message.html, found.message.unsubscribe_url))
    _record_helpers(found)
    return page


@blueprint.post("/t/<slug>/week/<iso_week>/letters/<int:letter_id>/settle")
@access(ORGANISER)
def settle(slug: str, iso_week: str, letter_id: int) -> ResponseReturnValue:
    """Record whether a letter in doubt arrived."""
    found = own_letter(slug, iso_week, letter_id)
    form = SettleForm()
    if form.validate_on_submit():
        arrived = form.arrived.data == "yes"
        try:
            with begin() as work:
                service.settle_letter(
                    work,
                    territory_id=found.run.territory_id,
                    letter_id=letter_id,
                    account_id=account_id(),
                    arrived=arrived,
                )
        except service.NotInDoubt:
            flash(gettext("What became of this letter is known already. Nothing was changed."), "warning")
        else:
            flash(
                gettext("This letter counts as sent.")
                if arrived
                else gettext("This letter counts as failed. What it told can come again in the next letter."),
                "success",
            )
    return redirect(url_for("digests.letter", slug=slug, iso_week=iso_week, letter_id=letter_id))


@blueprint.post("/t/<slug>/week/<iso_week>/settle")
@access(ORGANISER)
def settle_all(slug: str, iso_week: str) -> ResponseReturnValue:
    """Record of all letters in doubt of a run whether they arrived."""
    found = own_run(slug, iso_week)
    form = SettleForm()
    if form.validate_on_submit():
        with begin() as work:
            number = service.settle_run(
                work,
                territory_id=found.territory_id,
                run_id=found.id,
                account_id=account_id(),
                arrived=form.arrived.data == "yes",
            )
        flash(
            ngettext("%(num)s letter is settled.", "%(num)s letters are settled.", number),
            "success" if number else "warning",
        )
    return redirect(url_for("digests.run", slug=slug, iso_week=iso_week))


def with_needs(unreached: Iterable[tuple[int, int, str | None]]) -> list[UnreachedNeed]:
    """Needs that reach too few people, the first ones, with what pages show of them; who are gone are left out."""
    few = list(unreached)[:UNREACHED_SHOWN]
    needs = matching_queries.needs_by_id(reading(), (need_id for need_id, _, _ in few))
    return [
        UnreachedNeed(need=needs[need_id], people=people, gate=Gate(gate) if gate else None)
        for need_id, people, gate in few
        if need_id in needs
    ]


def _back(slug: str, found: DigestRun) -> ResponseReturnValue:
    if found.iso_week == iso_week(now(), found.territory.time_zone):
        return redirect(url_for("digests.week", slug=slug))
    return redirect(url_for("digests.run", slug=slug, iso_week=found.iso_week))


def _readable(letter: DigestLetter) -> bool:
    """Whether everybody whom a letter is to or about is still here: who leaves is shown to nobody any more."""
    about_people = (line for line in letter.lines if line.kind is not LineKind.NEWS)
    return letter.account is not None and all(line.citizen_id is not None for line in about_people)


def _record_helpers(letter: DigestLetter) -> None:
    """Put on record for those of whom a letter tells a group that an organiser has read it."""
    told = [
        line for line in letter.lines if line.kind is LineKind.HELPER and line.need_id and line.citizen_id
    ]
    if _readable(letter):
        matches = [match for line in told if (match := _match(line)) is not None]
        record_sight(matches, territory=letter.run.territory, to_organiser=True)


def _match(line: DigestLine) -> Match | None:
    return match_from_mapping(line.match) if line.match is not None else None
