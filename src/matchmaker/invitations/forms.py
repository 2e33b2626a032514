"""Whom to invite, and what is told of it."""

from datetime import timedelta
from typing import Any

from flask import flash

from matchmaker.accounts.forms import address_field
from matchmaker.accounts.rules import canonical_address
from matchmaker.base.i18n import gettext, lazy
from matchmaker.invitations.service import Kind
from matchmaker.web import account_id, check_letter, check_limit
from matchmaker.web.forms import BaseForm

SAME_ADDRESS_A_DAY = 3


class InviteForm(BaseForm):
    """An address to write to."""

    address = address_field(lazy("E-mail address"))


def address_to_invite(form: InviteForm, kind: Kind[Any], *, subject_id: int) -> str:
    """The canonical address of a valid form; answers 429 where it, or the person who invites, has had its share today."""
    address = canonical_address(form.address.data or "")
    limits = (
        ("invite", f"{kind.purpose} {account_id()}", kind.a_day),
        ("invited", f"{kind.purpose} {subject_id} {address}", SAME_ADDRESS_A_DAY),
    )
    for purpose, subject, capacity in limits:
        check_limit(purpose, subject, capacity=capacity, period=timedelta(days=1))
    check_letter(address)
    return address


def tell_withdrawn(withdrawn: bool) -> None:
    """Tell on the next page what became of taking an invitation back."""
    if withdrawn:
        flash(gettext("The invitation is taken back. The link in its letter no longer works."), "success")
    else:
        flash(gettext("This invitation does not wait any more: it was answered or taken back."), "info")
