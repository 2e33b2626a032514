"""How often somebody wants letters, and stopping them."""

from datetime import date

from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.base import outbox
from matchmaker.base.db import as_if_second
from matchmaker.base.work import Work
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Citizen
from matchmaker.digests.letters import WEEKLY_KIND
from matchmaker.digests.models import LetterPreference
from matchmaker.digests.rules import Frequency
from matchmaker.digests.rules.verbs import DigestVerb
from matchmaker.introductions import service as introductions

UNSUBSCRIBE = "unsubscribe"
"""The purpose of the token that stops somebody's letters."""


def choose_letters(
    work: Work,
    *,
    account_id: int,
    frequency: Frequency,
    paused_until: date | None,
    about_introductions: bool,
) -> None:
    """How often somebody wants the weekly letter, and the last day without it; whether they want those about introductions.

    A weekly letter that waits is taken back if they pause now.
    """
    if about_introductions:
        introductions.resume_notices(work, account_id=account_id)
    else:
        introductions.stop_notices(work, account_id=account_id)
    if frequency is Frequency.OFF:
        stop_letters(work, account_id=account_id)
        return
    _keep(work, account_id, frequency, paused_until)
    work.record(DigestVerb.CHOSEN, Account, account_id)
    if paused_until is not None and paused_until >= work.now.date():
        _take_back(work, account_id)


def stop_letters(work: Work, *, account_id: int) -> None:
    """No more letters: every consent to them is withdrawn, and those that wait are taken back; twice is as good as once."""
    work = work.acting_as(account_id)
    profiles = select(Citizen.id).where(Citizen.account_id == account_id).order_by(Citizen.id)
    for citizen_id in work.session.scalars(profiles).all():
        citizens.withdraw_weekly_letter(work, citizen_id=citizen_id)
    _keep(work, account_id, Frequency.OFF, None)
    work.record(DigestVerb.STOPPED, Account, account_id)
    _take_back(work, account_id)


def _keep(work: Work, account_id: int, frequency: Frequency, paused_until: date | None) -> None:
    def keep() -> None:
        work.session.merge(
            LetterPreference(account_id=account_id, frequency=frequency, paused_until=paused_until)
        )
        work.session.flush()

    as_if_second(work.session, keep, "pk_letter_preferences")


def _take_back(work: Work, account_id: int) -> None:
    address = work.session.scalar(select(Account.address).where(Account.id == account_id))
    if address is not None:
        outbox.skip_waiting(work.session, recipient=address, kind=WEEKLY_KIND, now=work.now)
