"""The relays of a territory, for its organisers; and leaving one."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext
from matchmaker.invitations import service as invitations
from matchmaker.invitations.forms import InviteForm, address_to_invite, tell_withdrawn
from matchmaker.invitations.queries import waiting_invitations
from matchmaker.places import service as places
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.places.forms import PlaceQuestion, commune_choices, place_page, read_commune_field
from matchmaker.places.models import Territory
from matchmaker.relays import queries, service
from matchmaker.relays.access import RELAY_WORKER, own_relay
from matchmaker.relays.forms import ReachForm, RelayForm
from matchmaker.relays.models import Relay, RelayInvitation
from matchmaker.relays.rules import RelayKind
from matchmaker.relays.service import INVITATION
from matchmaker.web import (
    access,
    account_id,
    begin,
    check_limit,
    form_page,
    now,
    or_404,
    place_in_list,
    reading,
)
from matchmaker.web.forms import ConfirmForm

blueprint = Blueprint("relays", __name__)

RELAYS_A_DAY = 50
RELAYS_A_PAGE = 20


@blueprint.get("/t/<slug>/relays")
@access(ORGANISER)
def index(slug: str) -> ResponseReturnValue:
    """The relays of a territory: who works there, who was invited, how many people they signed up."""
    territory = own_territory(slug)
    place = place_in_list()
    page = queries.relays_of(
        reading(), territory_id=territory.id, place=place.before or place.after or 0, size=RELAYS_A_PAGE
    )
    return render_template(
        "relays/all.html",
        territory=territory,
        page=page,
        waiting=waiting_invitations(
            reading(), RelayInvitation, subject_ids=[relay.id for relay in page.rows], now=now()
        ),
    )


@blueprint.route("/t/<slug>/relays/new", methods=["GET", "POST"])
@access(ORGANISER)
def new(slug: str) -> ResponseReturnValue:
    """Name a relay."""
    territory = own_territory(slug)
    form = RelayForm()
    question = PlaceQuestion(hints={})
    if form.validate_on_submit():
        check_limit("relay", f"{account_id()}", capacity=RELAYS_A_DAY, period=timedelta(days=1))
        answer = read_commune_field(reading(), form.commune, code=form.commune_code, territory=territory)
        question = PlaceQuestion(communes=commune_choices(answer), hints={})
        if answer.commune is not None:
            try:
                with begin() as work:
                    relay = service.name_relay(
                        work,
                        territory_id=territory.id,
                        name=form.name.data or "",
                        kind=RelayKind(form.kind.data),
                        commune_code=answer.commune.code,
                    )
                    number = relay.id
            except service.RelayNameTaken:
                form.name.errors = [gettext("There is a relay of this name already in this territory.")]
            except places.CommuneOutside:
                form.commune.errors = [gettext("This commune is not in this territory.")]
            else:
                flash(gettext("The relay is there. Now invite the people who work at it."), "success")
                return redirect(url_for("relays.invite", slug=slug, relay_id=number))
    return place_page("relays/new.html", form, question=question, territory=territory)


@blueprint.route("/t/<slug>/relays/<int:relay_id>/reach", methods=["GET", "POST"])
@access(ORGANISER)
def reach(slug: str, relay_id: int) -> ResponseReturnValue:
    """Say how people reach a relay: its letters on paper tell them."""
    territory, relay = _relay_of(slug, relay_id)
    form = ReachForm(obj=relay)
    if form.validate_on_submit():
        with begin() as work:
            service.describe_relay(
                work,
                relay_id=relay_id,
                telephone=form.telephone.data,
                postal_address=form.postal_address.data,
                opening_hours=form.opening_hours.data,
            )
        flash(gettext("Done. The next letters on paper say so."), "success")
        return redirect(url_for("relays.index", slug=slug))
    return form_page("relays/reach.html", form, territory=territory, relay=relay)


@blueprint.route("/t/<slug>/relays/<int:relay_id>/invite", methods=["GET", "POST"])
@access(ORGANISER)
def invite(slug: str, relay_id: int) -> ResponseReturnValue:
    """Ask somebody by e-mail to work at a relay."""
    territory, relay = _relay_of(slug, relay_id)
    form = InviteForm()
    if form.validate_on_submit():
        address = address_to_invite(form, INVITATION, subject_id=relay_id)
        try:
            with begin() as work:
                invitations.invite(
                    work, INVITATION, subject_id=relay_id, invited_by_id=account_id(), address=address
                )
        except invitations.AlreadyMember:
            form.address.errors = [gettext("This person works at the relay already.")]
        else:
            flash(gettext("The invitation is on its way to %(address)s.", address=address), "success")
            return redirect(url_for("relays.index", slug=slug))
    return form_page("relays/invite.html", form, territory=territory, relay=relay)


@blueprint.post("/t/<slug>/relays/<int:relay_id>/invitations/<int:invitation_id>/withdraw")
@access(ORGANISER)
def invitation_withdraw(slug: str, relay_id: int, invitation_id: int) -> ResponseReturnValue:
    """Take back an invitation that nobody answered yet."""
    _relay_of(slug, relay_id)
    if ConfirmForm().validate_on_submit():
        with begin() as work:
            withdrawn = invitations.withdraw(
                work, INVITATION, subject_id=relay_id, invitation_id=invitation_id
            )
        tell_withdrawn(withdrawn)
    return redirect(url_for("relays.index", slug=slug))


@blueprint.post("/t/<slug>/relays/<int:relay_id>/members/<int:member_id>/remove")
@access(ORGANISER)
def member_remove(slug: str, relay_id: int, member_id: int) -> ResponseReturnValue:
    """End the access of somebody who left a relay."""
    _relay_of(slug, relay_id)
    if ConfirmForm().validate_on_submit():
        with begin() as work:
            service.remove_relay_member(work, relay_id=relay_id, account_id=member_id)
        flash(gettext("Done. This person no longer sees anything of the relay."), "success")
    return redirect(url_for("relays.index", slug=slug))


@blueprint.route("/relays/<int:relay_id>/leave", methods=["GET", "POST"])
@access(RELAY_WORKER)
def leave(relay_id: int) -> ResponseReturnValue:
    """End one's own work at a relay."""
    relay = own_relay(relay_id)
    if ConfirmForm().validate_on_submit():
        with begin() as work:
            service.remove_relay_member(work, relay_id=relay_id, account_id=account_id())
        flash(gettext("You have left the relay %(relay)s.", relay=relay.name), "success")
        return redirect(url_for("places.home"))
    return render_template("relays/leave.html", relay=relay, territory=relay.territory)


def _relay_of(slug: str, relay_id: int) -> tuple[Territory, Relay]:
    territory = own_territory(slug)
    return territory, or_404(queries.find_relay(reading(), territory_id=territory.id, relay_id=relay_id))
