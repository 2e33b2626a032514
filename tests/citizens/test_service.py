"""What holds whoever asks: consents, letters, deleting, and sign-ups that nobody finishes."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account, AccountSession, MailedLink
from matchmaker.accounts.rules import LinkPurpose
from matchmaker.base.letter import Letter
from matchmaker.base.outbox import MessageState
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens import queries, service
from matchmaker.citizens.models import Citizen, Consent, SignUp
from matchmaker.citizens.service.profiles import give_weekly_letter
from matchmaker.digests.queries import recipients
from matchmaker.places import service as places
from matchmaker.vocabulary import rules
from matchmaker.vocabulary.rules import PhraseTooLongError, TooManyPhrasesError
from tests.builders import NOW, World, account_of, add_account, add_citizen, add_group, add_organiser
from tests.citizens.readers import letter_readers
from tests.citizens.steps import letters
from tests.clock import MovableClock


def queue_letter(work: Work, *, recipient: str, kind: str = "digests.weekly") -> None:
    work.post(
        Letter(
            kind=kind,
            recipient=recipient,
            recipient_name="Camille",
            locale="fr",
            subject="Trois besoins",
            text="Bonjour",
            html="<p>Bonjour</p>",
        )
    )


def start(work: Work, world: World) -> str:
    return service.start_sign_up(work, territory_id=world.territory.id, commune_code="26281", locale="fr")


def test_withdrawing_keeps_the_record_and_takes_back_letters_that_wait(
    works: WorkFactory, world: World, session: Session, clock: MovableClock
) -> None:
    with works.begin() as work:
        citizen = add_citizen(work, world.territory)
        queue_letter(work, recipient="camille@example.org")
        queue_letter(work, recipient="camille@example.org", kind="accounts.sign_in")
        queue_letter(work, recipient="other@example.org")
    clock.now = NOW + timedelta(days=1)
    for _ in range(2):
        with works.begin() as work:
            service.withdraw_weekly_letter(work, citizen_id=citizen.id)
        clock.now += timedelta(days=1)
    consent = session.scalars(select(Consent)).one()
    assert consent.withdrawn_at == NOW + timedelta(days=1)
    assert [letter.state for letter in letters(session)] == [
        MessageState.SKIPPED,
        MessageState.PENDING,
        MessageState.PENDING,
    ]
    assert letter_readers(session, world.territory.id) == []


def test_a_clock_that_was_put_back_keeps_nobody_from_withdrawing(
    works: WorkFactory, world: World, session: Session, clock: MovableClock
) -> None:
    with works.begin() as work:
        citizen = add_citizen(work, world.territory)
    clock.now = NOW - timedelta(hours=3)
    with works.begin() as work:
        service.withdraw_weekly_letter(work, citizen_id=citizen.id)
    assert session.scalars(select(Consent.withdrawn_at)).one() == NOW
    assert letter_readers(session, world.territory.id) == []


def test_withdrawing_for_nobody_does_nothing(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        service.withdraw_weekly_letter(work, citizen_id=4711)


def test_giving_the_consent_twice_records_it_once_and_again_after_a_withdrawal_twice(
    works: WorkFactory, world: World, session: Session
) -> None:
    with works.begin() as work:
        citizen = add_citizen(work, world.territory, consents=False)
        for _ in range(2):
            give_weekly_letter(work, citizen_id=citizen.id, shown_text="Yes", locale="en")
        service.withdraw_weekly_letter(work, citizen_id=citizen.id)
        give_weekly_letter(work, citizen_id=citizen.id, shown_text="Again", locale="en")
    assert [consent.shown_text for consent in session.scalars(select(Consent).order_by(Consent.id))] == [
        "Yes",
        "Again",
    ]
    assert letter_readers(session, world.territory.id) == [citizen.id]


def test_letter_readers_are_those_of_the_territory_by_id(
    works: WorkFactory, world: World, session: Session
) -> None:
    with works.begin() as work:
        first = add_citizen(work, world.territory, address="a@example.org", challenges=[world.challenge])
        add_citizen(work, world.territory, address="b@example.org", consents=False)
        third = add_citizen(work, world.territory, address="c@example.org")
        add_citizen(work, world.other_territory, address="d@example.org", commune="63113")
    assert letter_readers(session, world.territory.id) == [first.id, third.id]
    assert len(recipients(session, territory_id=world.territory.id)) == 3


def test_the_profiles_of_an_account_begin_with_the_newest_and_are_whole(
    works: WorkFactory, world: World, session: Session, clock: MovableClock
) -> None:
    with works.begin() as work:
        first = add_citizen(work, world.territory)
    clock.now = NOW + timedelta(days=1)
    with works.begin() as work:
        account = account_of(first)
        second = add_citizen(work, world.other_territory, commune="63113", account=account)
        nobody = add_account(work, address="lou@example.org")
    found = queries.profiles_of(session, account_id=account.id)
    assert [profile.id for profile in found] == [second.id, first.id]
    for profile in found:
        assert not inspect(profile).unloaded & {"skills", "account", "challenges", "commune"}
    assert queries.profiles_of(session, account_id=nobody.id) == []
    assert not queries.has_profile(session, account_id=nobody.id)
    assert queries.has_profile(session, account_id=account.id)


def test_limits_hold_before_anything_is_resolved(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        sign_up_id = start(work, world)
        citizen = add_citizen(work, world.territory)
        many: list[rules.Skill] = [(f"skill {number}", None) for number in range(31)]
        with pytest.raises(TooManyPhrasesError):
            service.answer_skills(work, sign_up_id=sign_up_id, skills=many, locale="fr")
        with pytest.raises(TooManyPhrasesError):
            service.change_skills(work, citizen_id=citizen.id, skills=many, language="fr")
        with pytest.raises(PhraseTooLongError):
            service.answer_skills(work, sign_up_id=sign_up_id, skills=[("x" * 65, None)], locale="fr")


def test_a_commune_of_another_territory_is_refused(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        sign_up_id = start(work, world)
        for refused in ("63113", "99999"):
            with pytest.raises(places.CommuneOutside):
                service.answer_place(
                    work,
                    sign_up_id=sign_up_id,
                    territory_id=world.territory.id,
                    commune_code=refused,
                )
            with pytest.raises(places.CommuneOutside):
                service.start_sign_up(
                    work, territory_id=world.territory.id, commune_code=refused, locale="fr"
                )


def test_a_profile_stays_in_the_communes_of_its_territory(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        citizen = add_citizen(work, world.territory)
        with pytest.raises(places.CommuneOutside):
            service.change_profile(
                work,
                citizen_id=citizen.id,
                details=service.ProfileDetails(
                    territory_id=world.territory.id,
                    commune_code="63113",
                    hours_a_week=None,
                    radius_km=None,
                    remote=False,
                    challenge_ids=(),
                ),
                consent_locale=None,
            )
        assert citizen.commune_code == "26281"


def test_a_chosen_concept_that_left_the_vocabulary_falls_back_to_the_words(
    works: WorkFactory, world: World
) -> None:
    with works.begin() as work:
        citizen = add_citizen(work, world.territory)
        service.change_skills(
            work, citizen_id=citizen.id, skills=[("couture", "gone.concept")], language="fr"
        )
        (skill,) = citizen.skills
        assert (skill.concept_id, skill.confirmed) == ("textile.sewing", False)


def test_sign_ups_that_nobody_finishes_are_forgotten_after_a_week(
    works: WorkFactory, world: World, session: Session, clock: MovableClock
) -> None:
    with works.begin() as work:
        start(work, world)
        mailed = start(work, world)
    clock.now = NOW + timedelta(days=6, hours=20)
    with works.begin() as work:
        service.forget_stale_sign_ups(work)
        young = start(work, world)
        service.finish_sign_up(
            work,
            sign_up_id=mailed,
            first_name="Amina",
            address="amina@example.org",
            locale="fr",
            consent_locale=None,
        )
    assert len(session.scalars(select(SignUp)).all()) == 3
    clock.now = NOW + timedelta(days=7)
    with works.begin() as work:
        service.forget_stale_sign_ups(work)
    assert {sign_up.id for sign_up in session.scalars(select(SignUp))} == {mailed, young}
    clock.now = NOW + timedelta(days=8)
    with works.begin() as work:
        service.forget_stale_sign_ups(work)
    assert {sign_up.id for sign_up in session.scalars(select(SignUp))} == {young}


def test_deleting_a_profile_takes_everything_that_nothing_else_holds(
    works: WorkFactory, world: World, session: Session
) -> None:
    with works.begin() as work:
        citizen = add_citizen(work, world.territory, challenges=[world.challenge])
        sign_up_id = start(work, world)
        service.finish_sign_up(
            work,
            sign_up_id=sign_up_id,
            first_name="Camille",
            address="camille@example.org",
            locale="fr",
            consent_locale=None,
        )
        work.session.add(
            AccountSession(
                id="x", account_id=citizen.account_id, created_at=NOW, expires_at=NOW + timedelta(days=1)
            )
        )
        queue_letter(work, recipient="camille@example.org")
    with works.begin() as work:
        assert service.delete_profile(work, citizen_id=citizen.id) is True
    for table in (Citizen, Account, AccountSession, MailedLink, SignUp, Consent):
        assert session.scalars(select(table)).all() == []
    assert letters(session)[-1].state is MessageState.SKIPPED


def test_deleting_a_profile_keeps_the_account_of_a_member_and_of_an_organiser(
    works: WorkFactory, world: World, session: Session
) -> None:
    with works.begin() as work:
        member = add_citizen(work, world.territory, address="lou@example.org")
        add_group(work, world.challenge, lead=member.account)
        organiser = add_citizen(work, world.territory, account=add_organiser(work, world.other_territory))
        work.session.add(
            MailedLink(
                purpose=LinkPurpose.SIGN_IN,
                address="lou@example.org",
                locale="fr",
                created_at=NOW,
                expires_at=NOW + timedelta(hours=2),
            )
        )
    with works.begin() as work:
        assert service.delete_profile(work, citizen_id=member.id) is False
        assert service.delete_profile(work, citizen_id=organiser.id) is False
    assert session.scalars(select(Citizen)).all() == []
    addresses = set(session.scalars(select(Account.address)))
    assert addresses == {"lou@example.org", "orga@example.org"}
    assert len(session.scalars(select(MailedLink)).all()) == 1
