"""What another edition of what ships would change for the phrases that people have typed."""

from matchmaker.base.work import WorkFactory
from matchmaker.vocabulary import loading
from matchmaker.vocabulary import service as vocabulary_service
from matchmaker.vocabulary.rules import Vocabulary
from tests.vocabulary.test_loading import load, row, small


def shoes(words_fr: str) -> Vocabulary:
    """Two concepts, the second with these words."""
    return small(row("repair.repair", "réparation"), row("repair.shoes", "cordonnerie", words_fr=words_fr))


def test_phrases_that_would_be_answered_otherwise_are_told_and_nothing_is_changed(works: WorkFactory) -> None:
    with works.begin() as work:
        load(work, shoes("ressemeler"))
        load(work, small(row("esco.tanning", "tannage")), source=loading.ESCO)
    with works.begin() as work:
        vocabulary_service.resolve_phrases(
            work, ["Ressemeler", "cordonnerie", "tannage", "savetier"], language="fr"
        )
    with works.begin() as work:
        changed = list(vocabulary_service.changed_answers(work.session, shoes("savetier")))
        assert {one.phrase: (one.before, one.after) for one in changed} == {
            "ressemeler": ((("repair.shoes", True),), ()),
            "savetier": ((), (("repair.shoes", True),)),
        }
        assert list(vocabulary_service.changed_answers(work.session, shoes("ressemeler"))) == []
