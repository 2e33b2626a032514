"""What the weekly letter holds of a person: what it told them, how often they want it, and what was changed for them."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base import outbox
from matchmaker.base.i18n import mark
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.transfer import Fate, Section, section
from matchmaker.base.work import Transfer, Work
from matchmaker.citizens.models import Citizen
from matchmaker.digests.letters import WEEKLY_KIND
from matchmaker.digests.models import (
    DigestEdit,
    DigestLetter,
    DigestLine,
    DigestRun,
    DraftedLetter,
    DraftedLine,
    DraftedWeek,
    LetterPreference,
)
from matchmaker.digests.rules.verbs import DigestVerb
from matchmaker.digests.service.preferences import stop_letters
from matchmaker.groups.models import Need
from matchmaker.introductions.queries import naming_of_citizen
from matchmaker.places.models import Territory


def _about(session: Session, account_id: int) -> Sequence[Section]:
    return (
        section(
            session,
            mark("What the weekly letter told me"),
            select(DigestLetter.iso_week, DigestLine.kind, Need.title.label("need"))
            .select_from(DigestLetter)
            .join(DigestLine, DigestLine.letter_id == DigestLetter.id)
            .outerjoin(Need, Need.id == DigestLine.need_id)
            .where(DigestLetter.account_id == account_id)
            .order_by(DigestLetter.iso_week, DigestLine.position),
        ),
        section(
            session,
            mark("Weeks without a letter for me"),
            select(DigestLetter.iso_week, DigestLetter.left_out.label("because"))
            .where(DigestLetter.account_id == account_id, DigestLetter.left_out.is_not(None))
            .order_by(DigestLetter.iso_week),
        ),
        section(
            session,
            mark("How often I want the weekly letter"),
            select(LetterPreference.frequency, LetterPreference.paused_until).where(
                LetterPreference.account_id == account_id
            ),
        ),
        section(
            session,
            mark("What the team changed in my letters"),
            select(DigestEdit.iso_week, DigestEdit.kind, Need.title.label("need"))
            .outerjoin(Need, Need.id == DigestEdit.need_id)
            .where(DigestEdit.account_id == account_id)
            .order_by(DigestEdit.id),
        ),
        section(
            session,
            mark("What my next weekly letter may tell me, as it was last drafted"),
            select(DraftedWeek.iso_week, DraftedLine.kind, Need.title.label("need"))
            .select_from(DraftedLetter)
            .join(DraftedWeek, DraftedWeek.id == DraftedLetter.draft_id)
            .join(DraftedLine, DraftedLine.letter_id == DraftedLetter.id)
            .outerjoin(Need, Need.id == DraftedLine.need_id)
            .where(DraftedLetter.account_id == account_id)
            .order_by(DraftedLetter.id, DraftedLine.position),
        ),
        *_as_organiser(session, account_id),
    )


def _as_organiser(session: Session, account_id: int) -> Sequence[Section]:
    return (
        section(
            session,
            mark("What I changed in the letters of a week"),
            select(
                DigestEdit.iso_week,
                DigestEdit.kind,
                DigestEdit.text_fr,
                DigestEdit.text_en,
                DigestEdit.made_at,
            )
            .where(DigestEdit.made_by_id == account_id)
            .order_by(DigestEdit.id),
        ),
        section(
            session,
            mark("Weeks of letters that I started"),
            select(Territory.name.label("territory"), DigestRun.iso_week, DigestRun.started_at)
            .join(Territory, Territory.id == DigestRun.territory_id)
            .where(DigestRun.started_by_id == account_id)
            .order_by(DigestRun.id),
        ),
        section(
            session,
            mark("Letters in doubt that I settled"),
            select(DigestLetter.iso_week, DigestLetter.settled_at)
            .where(DigestLetter.settled_by_id == account_id)
            .order_by(DigestLetter.id),
        ),
    )


def _take_back_letters(work: Work, citizen_id: int) -> None:
    address = work.session.scalar(select(Account.address).join(Citizen).where(Citizen.id == citizen_id))
    if address is not None:
        outbox.skip_waiting(work.session, recipient=address, kind=WEEKLY_KIND, now=work.now)


def _forget_citizen(work: Work, citizen_id: int) -> None:
    """The reasons of a match are their words, in their own letters and in those of groups."""
    _take_back_letters(work, citizen_id)
    told = (
        select(DigestLetter.message_id)
        .join(DigestLine, DigestLine.letter_id == DigestLetter.id)
        .where(DigestLine.citizen_id == citizen_id, DigestLetter.message_id.is_not(None))
    )
    naming = naming_of_citizen(work.session, citizen_id=citizen_id)
    outbox.take_out(work.session, OutboxMessage.id.in_(told), naming)
    # One update, as in introductions: a second one, by the foreign key, would lock the needs.
    work.session.execute(
        update(DigestLine).where(DigestLine.citizen_id == citizen_id).values(citizen_id=None, match=None)
    )


def _complained(work: Work, message_id: int, address: str) -> None:
    """As if they had followed the link that stops the letters; it is on record where the letter came from."""
    account = accounts.find_account(work.session, address=address)
    if account is not None:
        stop_letters(work, account_id=account.id)
    letter = work.session.scalars(
        select(DigestLetter).where(DigestLetter.message_id == message_id)
    ).one_or_none()
    if letter is not None:
        work.record(DigestVerb.UNWANTED, DigestLetter, letter.id, territory_id=letter.run.territory_id)


TRANSFER = Transfer(
    holds={
        DigestRun.started_by_id: Fate.BLANKED,
        # Nobody gets two letters in a week, nor is told anything twice, even if they leave and come back: the letter
        # keeps the fingerprint of an address.
        DigestLetter.account_id: Fate.BLANKED,
        DigestLetter.citizen_id: Fate.BLANKED,
        DigestLetter.settled_by_id: Fate.BLANKED,
        DigestLine.citizen_id: Fate.BLANKED,
        LetterPreference.account_id: Fate.DELETED,
        DraftedLetter.account_id: Fate.DELETED,
        DraftedLetter.citizen_id: Fate.DELETED,
        DraftedLine.citizen_id: Fate.DELETED,
        DigestEdit.account_id: Fate.DELETED,
        # What the team says to all is the territory's.
        DigestEdit.made_by_id: Fate.BLANKED,
    },
    about=_about,
    texts=[DigestEdit.text_fr, DigestEdit.text_en],
    take_back_letters=_take_back_letters,
    forget_citizen=_forget_citizen,
    complained=_complained,
)
