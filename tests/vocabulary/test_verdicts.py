"""What a territory decides about words: declared, withdrawn, and promised by the database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from matchmaker.accounts.models import Account
from matchmaker.base.db import violates
from matchmaker.base.work import Work, WorkFactory
from matchmaker.vocabulary import queries as vocabulary
from matchmaker.vocabulary import service as vocabulary_service
from matchmaker.vocabulary.models import TerritoryVerdict
from matchmaker.vocabulary.rules import Verdict, VerdictKind
from tests import builders
from tests.builders import NOW, World
from tests.cli.processes import PATIENCE


def declare(
    work: Work,
    world: World,
    phrase: str,
    other: str,
    kind: VerdictKind = VerdictKind.SAME,
    *,
    account: Account,
) -> TerritoryVerdict:
    return vocabulary_service.declare_verdict(
        work,
        territory_id=world.territory.id,
        account_id=account.id,
        phrase=phrase,
        other=other,
        kind=kind,
    )


@pytest.fixture
def orane(works: WorkFactory, world: World) -> Account:
    """An organiser of the territory."""
    with works.begin() as work:
        return builders.add_organiser(work, world.territory)


def test_a_verdict_is_kept_as_written_with_who_decided_and_when(
    works: WorkFactory, world: World, orane: Account
) -> None:
    with works.begin() as work:
        declare(work, world, "  Bicloune \n agile ", "Réparation de vélos", account=orane)

    with works.begin() as work:
        (kept,) = vocabulary.verdicts_of(work.session, territory_id=world.territory.id)
        assert (kept.phrase, kept.other, kept.kind) == (
            "Bicloune agile",
            "Réparation de vélos",
            VerdictKind.SAME,
        )
        assert kept.decided_by is not None
        assert (kept.decided_by.first_name, kept.decided_at) == ("Orane", NOW)
        assert vocabulary_service.verdicts_in_force(
            work.session, [world.other_territory.id, world.territory.id]
        ) == {
            world.other_territory.id: (),
            world.territory.id: (
                Verdict(kind=VerdictKind.SAME, phrase="Bicloune agile", other="Réparation de vélos"),
            ),
        }


@pytest.mark.parametrize("kind", VerdictKind)
@pytest.mark.parametrize(
    ("phrase", "other"),
    [("bicloune", "vélo agile"), ("Vélo  AGILE", "bicloune"), ("velo-agile", "Bicloune !")],
)
def test_a_pair_has_one_verdict_whatever_its_order_and_its_spelling(
    works: WorkFactory, world: World, orane: Account, phrase: str, other: str, kind: VerdictKind
) -> None:
    with works.begin() as work:
        declare(work, world, "bicloune", "vélo agile", account=orane)

    with pytest.raises(vocabulary_service.AlreadyDecided), works.begin() as work:
        declare(work, world, phrase, other, kind, account=orane)


def test_another_territory_may_decide_otherwise(works: WorkFactory, world: World, orane: Account) -> None:
    with works.begin() as work:
        for territory, kind in (
            (world.territory, VerdictKind.SAME),
            (world.other_territory, VerdictKind.NEVER),
        ):
            vocabulary_service.declare_verdict(
                work,
                territory_id=territory.id,
                account_id=orane.id,
                phrase="bicloune",
                other="vélo",
                kind=kind,
            )


@pytest.mark.parametrize(
    ("phrase", "other"),
    [
        ("couture", "Couture"),
        ("gardien", "gardien·ne"),
        ("gardien(ne)", "gardienne"),
        ("", "couture"),
        ("couture", "!?"),
        ("x" * 65, "couture"),
        ("couture", "﷽" * 64),
    ],
    ids=["same", "masculine", "feminine", "nothing", "no letter", "too long", "too long when folded"],
)
def test_nothing_is_decided_of_a_phrase_and_itself_or_of_what_is_no_phrase(
    works: WorkFactory, world: World, orane: Account, phrase: str, other: str
) -> None:
    with works.begin() as work, pytest.raises(vocabulary_service.InvalidVerdict):
        declare(work, world, phrase, other, account=orane)


def test_a_withdrawn_verdict_is_gone_and_only_its_own_territory_withdraws_it(
    works: WorkFactory, world: World, orane: Account
) -> None:
    with works.begin() as work:
        number = declare(work, world, "bicloune", "vélo", account=orane).id
    with works.begin() as work, pytest.raises(LookupError):
        vocabulary_service.withdraw_verdict(work, territory_id=world.other_territory.id, verdict_id=number)

    with works.begin() as work:
        vocabulary_service.withdraw_verdict(work, territory_id=world.territory.id, verdict_id=number)

    with works.begin() as work:
        assert vocabulary.verdicts_of(work.session, territory_id=world.territory.id) == []
        with pytest.raises(LookupError):
            vocabulary_service.withdraw_verdict(work, territory_id=world.territory.id, verdict_id=number)
        declare(work, world, "vélo", "bicloune", VerdictKind.NEVER, account=orane)


def test_a_verdict_outlives_the_account_of_who_decided_it(
    works: WorkFactory, world: World, orane: Account
) -> None:
    with works.begin() as work:
        declare(work, world, "bicloune", "vélo", account=orane)
    with works.begin() as work:
        work.session.delete(work.session.get_one(Account, orane.id))

    with works.begin() as work:
        (kept,) = vocabulary.verdicts_of(work.session, territory_id=world.territory.id)
        assert kept.decided_by is None


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"folded_a": "velo", "folded_b": "bicloune"}, "ck_verdicts_in_order"),
        ({"folded_a": "bicloune", "folded_b": "bicloune"}, "ck_verdicts_in_order"),
        ({"folded_a": "tenue de bar", "folded_b": "tenue d art"}, "ck_verdicts_in_order"),
        ({"phrase": ""}, "ck_verdicts_phrase_length"),
        ({"other": ""}, "ck_verdicts_other_length"),
        ({}, "uq_verdicts_one_a_pair"),
    ],
)
def test_the_database_holds_what_is_promised(
    works: WorkFactory, world: World, orane: Account, changes: dict[str, str], constraint: str
) -> None:
    with works.begin() as work:
        declare(work, world, "bicloune", "vélo", account=orane)
    row = {
        "territory_id": world.territory.id,
        "phrase": "bicloune",
        "other": "vélo",
        "folded_a": "bicloune",
        "folded_b": "velo",
        "kind": VerdictKind.NEVER,
        "decided_by_id": orane.id,
        "decided_at": NOW,
        **changes,
    }

    with pytest.raises(IntegrityError) as caught, works.begin() as work:
        work.session.execute(insert(TerritoryVerdict).values(row))
    assert violates(caught.value, constraint)


def test_phrases_are_in_one_order_on_every_database(works: WorkFactory, world: World, orane: Account) -> None:
    # Languages order these otherwise than their bytes are: they pass over spaces and signs.
    pairs = [("c++", "c"), ("tenue d'art", "tenued"), ("a b", "ab"), ("c#", "c plus")]
    with works.begin() as work:
        for phrase, other in pairs:
            declare(work, world, phrase, other, account=orane)

    with works.begin() as work:
        number = work.session.scalar(select(func.count()).select_from(TerritoryVerdict))
        assert number == len(pairs)
        if work.session.get_bind().dialect.name == "postgresql":
            # The server of the tests knows no language, so that the pairs alone would not tell.
            collations = work.session.execute(
                text(
                    "SELECT DISTINCT collation_name FROM information_schema.columns "
                    "WHERE table_name = 'verdicts' AND column_name LIKE 'folded%'"
                )
            )
            assert list(collations.scalars()) == ["C"]


def test_two_organisers_who_decide_the_same_pair_at_once_have_one_verdict(live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        world = builders.make_world(work)
        orane = builders.add_organiser(work, world.territory)
        other = builders.add_organiser(work, world.territory, address="autre@example.org")
    start = Barrier(2)

    def decide(act: tuple[Account, str, str, VerdictKind]) -> str:
        account, phrase, partner, kind = act
        start.wait(timeout=PATIENCE)
        try:
            with live_works.begin() as work:
                declare(work, world, phrase, partner, kind, account=account)
        except vocabulary_service.AlreadyDecided:
            return "decided"
        return "declared"

    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                decide,
                [
                    (orane, "bicloune", "vélo", VerdictKind.SAME),
                    (other, "vélo", "bicloune", VerdictKind.NEVER),
                ],
            )
        )

    assert sorted(answers) == ["decided", "declared"]
