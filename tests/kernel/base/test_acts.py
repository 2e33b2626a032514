"""Acts on record: written with their cause, never changed, forgotten with who acted and after a year."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from matchmaker.accounts.models import Account
from matchmaker.base import acts, db
from matchmaker.base.acts import Act
from matchmaker.base.limits import RateBucket
from matchmaker.base.verbs import Verb
from matchmaker.base.work import Work, WorkFactory
from tests.builders import NOW, add_account


class BucketVerb(Verb):
    """What the tests put on record."""

    EMPTIED = "bucket.emptied"
    NO_VERB = "emptied"


class ChangedMind(Exception):
    """The test's own reason to undo."""


def empty(work: Work) -> None:
    """Something worth to be on record."""
    work.record(BucketVerb.EMPTIED, RateBucket, 7, territory_id=3, drops=12)


def test_an_act_tells_who_did_what_on_which_row_where_and_when(works: WorkFactory) -> None:
    with works.begin() as work:
        camille, lou = add_account(work), add_account(work, address="lou@example.org")
    with works.begin(by=camille.id) as work:
        empty(work)
        work.acting_as(lou.id).record(BucketVerb.EMPTIED, RateBucket, None)
    with works.begin() as work:
        first, second = acts.acts_since(work.session, moment=NOW)
    assert (first.at, first.by_id, first.territory_id) == (NOW, camille.id, 3)
    assert (first.action, first.subject_kind, first.subject_id) == ("bucket.emptied", "rate_buckets", 7)
    assert first.detail == {"drops": 12}
    assert (second.by_id, second.subject_id, second.territory_id, second.detail) == (lou.id, None, None, None)


def test_an_act_that_is_undone_is_not_on_record(works: WorkFactory) -> None:
    def change_mind() -> None:
        with works.begin() as work:
            empty(work)
            raise ChangedMind

    with pytest.raises(ChangedMind):
        change_mind()
    with works.begin() as work:
        assert acts.acts_since(work.session, moment=NOW) == []


def test_an_act_is_named_by_what_was_done_to_what_and_refused_at_once(works: WorkFactory) -> None:
    def record_no_verb() -> None:
        with works.begin() as work:
            work.record(BucketVerb.NO_VERB, RateBucket, 7)
            raise ChangedMind

    with pytest.raises(IntegrityError) as refused:
        record_no_verb()
    assert db.violates(refused.value, "ck_acts_action_is_a_verb")


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOW + timedelta(days=1)},
        {"action": "bucket.filled"},
        {"territory_id": None},
        {"territory_id": 4},
        {"subject_kind": "accounts"},
        {"subject_id": None},
        {"subject_id": 8},
        {"detail": None},
        {"detail": {"drops": 11}},
        {"id": 99},
    ],
    ids=lambda change: "-".join(f"{name}={value}" for name, value in change.items()),
)
def test_an_act_is_never_changed(works: WorkFactory, change: dict[str, object]) -> None:
    with works.begin() as work:
        empty(work)
        with pytest.raises(DBAPIError, match="acts_never_change"), work.session.begin_nested():
            work.session.execute(update(Act).values(change))


def test_an_act_is_never_somebody_elses(works: WorkFactory) -> None:
    with works.begin() as work:
        camille, lou = add_account(work), add_account(work, address="lou@example.org")
        work.acting_as(camille.id).record(BucketVerb.EMPTIED, RateBucket, 7)
        with pytest.raises(DBAPIError, match="acts_never_change"), work.session.begin_nested():
            work.session.execute(update(Act).values(by_id=lou.id))


def test_who_acted_is_forgotten_with_their_account(works: WorkFactory) -> None:
    with works.begin() as work:
        camille = add_account(work)
        work.acting_as(camille.id).record(BucketVerb.EMPTIED, RateBucket, 7)
    with works.begin() as work:
        work.session.delete(work.session.get_one(Account, camille.id))
    with works.begin() as work:
        kept = work.session.execute(select(Act.by_id, Act.subject_id)).all()
    assert kept == [(None, 7)]


def test_an_act_is_kept_for_a_year(works: WorkFactory) -> None:
    with works.begin() as work:
        empty(work)
        acts.forget_old(work.session, now=NOW + acts.KEPT - timedelta(seconds=1))
        assert len(acts.acts_since(work.session, moment=NOW)) == 1
        acts.forget_old(work.session, now=NOW + acts.KEPT)
        assert acts.acts_since(work.session, moment=NOW) == []
