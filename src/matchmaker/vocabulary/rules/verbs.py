"""What is put on record of a territory's words."""

from matchmaker.base.verbs import Verb


class WordVerb(Verb):
    """What is decided about words."""

    DECLARED = "verdict.declared"
    WITHDRAWN = "verdict.withdrawn"
