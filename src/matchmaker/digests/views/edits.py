"""What organisers change in the week's letters before they leave: lines held and pinned, and paragraphs."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import get_locale, gettext, mark
from matchmaker.base.ids import AccountId, NeedId
from matchmaker.base.work import Missing, Work
from matchmaker.digests import service
from matchmaker.digests.access import own_desk, own_edit
from matchmaker.digests.forms import ParagraphForm
from matchmaker.digests.models import DigestEdit
from matchmaker.digests.rules import EditKind, PinProblem
from matchmaker.digests.views.blueprint import blueprint
from matchmaker.matching.rules import Gate
from matchmaker.places import queries as places
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.places.models import Territory
from matchmaker.web import access, account_id, begin, form_page, reading
from matchmaker.web.forms import ConfirmForm, choices

PIN_PROBLEMS = {
    PinProblem.NOT_PROPOSED: mark("This need fits them too little, or they were told of it before."),
    PinProblem.NO_ROOM: mark(
        "There is no room in this letter: its lines are taken by other pinned needs, by needs that reach too few "
        "people, or this person was offered to enough groups this month. Hold another line first."
    ),
}
GATES = {
    Gate.CLOSED: mark("This need is not open any more."),
    Gate.EXPIRED: mark("The last day of this need has passed."),
    Gate.FULL: mark("This need has found enough people."),
    Gate.OWN_GROUP: mark("This need comes from a group of theirs."),
    Gate.REFUSED: mark("They said that this need is not for them."),
    Gate.TERRITORY: mark("This need is in another territory than theirs."),
    Gate.PLACE: mark("This need is farther away than they want to go."),
    Gate.LANGUAGE: mark("This need asks for a language that they do not speak."),
    Gate.TIME: mark("This need asks for much more time than they have."),
}


@blueprint.post("/t/<slug>/week/<iso_week>/people/<int:account_id>/needs/<int:need_id>/hold", endpoint="hold")
@access(ORGANISER)
def hold_line(slug: str, iso_week: str, account_id: int, need_id: int) -> ResponseReturnValue:
    """Keep a need out of somebody's letter."""

    def act(work: Work, territory: Territory, made_by: AccountId) -> None:
        service.hold_line(
            work,
            territory_id=territory.id,
            week=iso_week,
            account_id=AccountId(account_id),
            need_id=NeedId(need_id),
            made_by=made_by,
        )

    return _line(slug, account_id, act, gettext("The line is held: it is not in the next letter."))


@blueprint.post("/t/<slug>/week/<iso_week>/people/<int:account_id>/needs/<int:need_id>/pin", endpoint="pin")
@access(ORGANISER)
def pin_line(slug: str, iso_week: str, account_id: int, need_id: int) -> ResponseReturnValue:
    """Make sure that a need is in somebody's letter."""

    def act(work: Work, territory: Territory, made_by: AccountId) -> None:
        service.pin_line(
            work,
            territory_id=territory.id,
            week=iso_week,
            account_id=AccountId(account_id),
            need_id=NeedId(need_id),
            made_by=made_by,
        )

    return _line(slug, account_id, act, gettext("The need is pinned: it is in the next letter."))


@blueprint.post("/t/<slug>/week/edits/<int:edit_id>/withdraw", endpoint="withdraw_edit")
@access(ORGANISER)
def withdraw(slug: str, edit_id: int) -> ResponseReturnValue:
    """Bring a line back, take a pin out, or delete a paragraph."""
    territory, edit = own_territory(slug), own_edit(slug, edit_id)
    reader, paragraph = edit.account_id, edit.kind is EditKind.PARAGRAPH
    if ConfirmForm().validate_on_submit():
        try:
            with begin() as work:
                service.withdraw_edit(work, territory_id=territory.id, edit_id=edit_id)
        except service.WeekClosed:
            _tell_closed()
        else:
            flash(
                gettext("The paragraph is deleted.") if paragraph else gettext("This is undone."), "success"
            )
    if reader is not None:
        return redirect(url_for("digests.preview", slug=slug, account_id=reader))
    return redirect(url_for("digests.week", slug=slug))


@blueprint.route("/t/<slug>/week/<iso_week>/paragraph", methods=["GET", "POST"])
@access(ORGANISER)
def paragraph(slug: str, iso_week: str) -> ResponseReturnValue:
    """Write a paragraph for everybody, or for those whose letters touch a défi."""
    return _paragraph(own_territory(slug), iso_week, None)


@blueprint.route("/t/<slug>/week/edits/<int:edit_id>", methods=["GET", "POST"])
@access(ORGANISER)
def edit_paragraph(slug: str, edit_id: int) -> ResponseReturnValue:
    """Change a paragraph."""
    edit = own_edit(slug, edit_id)
    if edit.kind is not EditKind.PARAGRAPH:
        raise Missing(edit_id)
    return _paragraph(own_territory(slug), own_desk(slug).week, edit)


def _paragraph(territory: Territory, week: str, edit: DigestEdit | None) -> ResponseReturnValue:
    form = ParagraphForm(
        challenge=edit.challenge_id if edit else None,
        text_fr=edit.text_fr if edit else None,
        text_en=edit.text_en if edit else None,
    )
    form.challenge.choices = choices(
        ("", gettext("Everybody")),
        *(
            (str(one.id), one.title(get_locale()))
            for one in places.challenges_of(reading(), territory_id=territory.id)
        ),
    )
    edit_id = edit.id if edit else None
    if form.validate_on_submit():
        try:
            with begin() as work:
                service.keep_paragraph(
                    work,
                    territory_id=territory.id,
                    week=week,
                    challenge_id=form.challenge.data,
                    text_fr=form.text_fr.data or "",
                    text_en=form.text_en.data or "",
                    made_by=account_id(),
                    edit_id=edit_id,
                )
        except service.WeekClosed:
            # What was typed stays on the page: it can be copied into the next week's.
            form.form_errors.append(_closed())
        else:
            flash(gettext("The paragraph is in the letters that leave next."), "success")
            return redirect(url_for("digests.week", slug=territory.slug))
    return form_page("digests/paragraph.html", form, territory=territory, week=week, edit_id=edit_id)


def _line(
    slug: str, reader: int, act: Callable[[Work, Territory, AccountId], None], done: str
) -> ResponseReturnValue:
    """Change a line of a letter, and go back to the letter with a word about how that went."""
    territory = own_territory(slug)
    if ConfirmForm().validate_on_submit():
        try:
            with begin() as work:
                act(work, territory, account_id())
        except service.WeekClosed:
            _tell_closed()
        except service.AlreadyEdited:
            flash(gettext("Somebody changed this line before you. This is how it is now."), "warning")
        except service.PinRefused as refused:
            reason = GATES[refused.gate] if refused.gate else PIN_PROBLEMS[refused.problem]
            flash(gettext("The need is not pinned. %(reason)s", reason=gettext(reason)), "warning")
        else:
            flash(done, "success")
    return redirect(url_for("digests.preview", slug=slug, account_id=reader))


def _closed() -> str:
    return gettext("The letters of that week were asked for already, so nothing was changed.")


def _tell_closed() -> None:
    flash(_closed(), "warning")
