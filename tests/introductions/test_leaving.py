"""Who deletes their profile and keeps their account hears no more of the introductions that they had as a citizen."""

from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import WorkFactory
from matchmaker.citizens import service as citizens
from matchmaker.introductions import service
from matchmaker.introductions.models import Introduction, IntroductionMessage
from tests import builders
from tests.builders import account_of
from tests.introductions.conftest import make_pair


def test_who_deletes_their_profile_gets_no_letter_that_waited_and_their_words_are_gone_at_once(
    works: WorkFactory,
) -> None:
    with works.begin() as work:
        pair = make_pair(work)
        camille = account_of(pair.citizen)
        builders.add_group(work, pair.world.challenge, name="Le groupe de Camille", lead=camille)
        begun = service.propose(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_group)
        service.write_message(work, introduction_id=begun.id, by=pair.as_citizen, text="Mon secret")
    service.send_notices(works)
    with works.begin() as work:
        assert not citizens.delete_profile(work, citizen_id=pair.citizen.id)
    with works.begin() as work:
        assert work.session.get(Account, camille.id) is not None
        states = select(OutboxMessage.state).where(OutboxMessage.recipient == camille.address)
        assert work.session.scalars(states).all() == [MessageState.SKIPPED]
        assert work.session.scalars(select(IntroductionMessage)).all() == []
        assert work.session.get_one(Introduction, begun.id).match is None
