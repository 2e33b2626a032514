"""The relays of a territory, for its organisers; and the answer of those whom they invite."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matchmaker.accounts import service as accounts
from matchmaker.accounts.forms import NewcomerForm
from matchmaker.accounts.rules import canonical_address
from matchmaker.base import i18n
from matchmaker.base.i18n import gettext
from matchmaker.places import service as places
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.places.forms import PlaceQuestion, commune_choices, place_page, read_commune_field
from matchmaker.places.models import Territory
from matchmaker.relays import queries, service
from matchmaker.relays.forms import RelayForm, RelayInviteForm
from matchmaker.relays.models import Relay
from matchmaker.relays.rules import RelayKind
from matchmaker.web import (
    Access,
    access,
    account_id,
    begin,
    check_limit,
    enter,
    form_page,
    now,
    or_404,
    reading,
    visitor_id,
)
from matchmaker.web.forms import ConfirmForm

blueprint = Blueprint("relays", __name__)

RELAYS_A_DAY = 50
INVITATIONS_A_DAY = 50
INVITED_AT_MOST = 3


@blueprint.get("/t/<slug>/relays")
@access(ORGANISER)
def index(slug: str) -> ResponseReturnValue:
    """The relays of a territory: who works there, who was invited, how many people they signed up."""
    territory = own_territory(slug)
    waiting = queries.waiting_relay_invitations(reading(), territory_id=territory.id, now=now())
    return render_template(
        "relays/all.html",
        territory=territory,
        relays=queries.relays_of(reading(), territory_id=territory.id),
        waiting=waiting,
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
        answer = read_commune_field(reading(), form.commune, code=form.commune_code)
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


@blueprint.route("/t/<slug>/relays/<int:relay_id>/invite", methods=["GET", "POST"])
@access(ORGANISER)
def invite(slug: str, relay_id: int) -> ResponseReturnValue:
    """Ask somebody by e-mail to work at a relay."""
    territory, relay = _relay_of(slug, relay_id)
    form = RelayInviteForm()
    if form.validate_on_submit():
        check_limit("relay_invite", f"{account_id()}", capacity=INVITATIONS_A_DAY, period=timedelta(days=1))
        address = canonical_address(form.address.data or "")
        check_limit(
            "relay_invited", f"{relay_id} {address}", capacity=INVITED_AT_MOST, period=timedelta(days=1)
        )
        try:
            with begin() as work:
                service.invite_to_relay(work, relay_id=relay_id, invited_by_id=account_id(), address=address)
        except service.AlreadyAtRelay:
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
            service.withdraw_relay_invitation(work, relay_id=relay_id, invitation_id=invitation_id)
        flash(gettext("The invitation is taken back. The link in its letter no longer works."), "success")
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


@blueprint.route("/relay-invitations/<token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def invitation(token: str) -> ResponseReturnValue:
    """An invitation to a relay: shown by GET, accepted by POST; asks for a name if the address has no account."""
    visitor = visitor_id()
    try:
        with begin() as work:
            found = service.find_relay_invitation(work, token=token)
            account = accounts.find_account(work.session, address=found.address)
            page = {
                "relay": found.relay,
                "territory": found.relay.territory,
                "invited_by": found.invited_by.first_name,
                "newcomer": account is None,
                "other_account": visitor is not None and (account is None or account.id != visitor),
            }
        asks_name = account is None and visitor is None
        form = NewcomerForm(locale=i18n.get_locale()) if asks_name else ConfirmForm()
        if form.validate_on_submit():
            with begin() as work:
                relay, signed_in = service.accept_relay_invitation(
                    work,
                    token=token,
                    account_id=visitor,
                    first_name=form.first_name.data if isinstance(form, NewcomerForm) else None,
                    locale=form.locale.data if isinstance(form, NewcomerForm) else i18n.get_locale(),
                )
                target = url_for("assisted.desk", relay_id=relay.id)
            answer: ResponseReturnValue = redirect(target)
            locale = i18n.get_locale()
            if signed_in is not None:
                locale = signed_in.locale
                answer = enter(session_token=signed_in.session_token, locale=locale, next_path=target)
            with i18n.using(locale):
                flash(gettext("Welcome! Here you sign up people who have no e-mail address."), "success")
            return answer
    except service.RelayInvitationUnusable:
        return render_template("relays/invitation_unusable.html"), 410
    except accounts.AddressMismatch:
        return render_template("relays/invitation.html", form=form, **page), 422
    return form_page("relays/invitation.html", form, **page)


def _relay_of(slug: str, relay_id: int) -> tuple[Territory, Relay]:
    territory = own_territory(slug)
    return territory, or_404(queries.find_relay(reading(), territory_id=territory.id, relay_id=relay_id))
