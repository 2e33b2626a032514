"""What is put on record of introductions."""

from matchmaker.base.verbs import Verb


class IntroductionVerb(Verb):
    """What somebody, or the clock, does about an introduction."""

    BEGUN = "introduction.begun"
    STEP_TAKEN = "introduction.step_taken"
    CONTACT_SHARED = "introduction.contact_shared"
    CONTACT_WITHDRAWN = "introduction.contact_withdrawn"
    WRITTEN = "introduction.written"
    THANKED = "introduction.thanked"
    FOLLOWED = "need.followed"
    UNFOLLOWED = "need.unfollowed"
    ABSENCE_ANNOUNCED = "absence.announced"
    ABSENCE_ENDED = "absence.ended"
    NOTICES_STOPPED = "notices.stopped"
    NOTICES_RESUMED = "notices.resumed"
