"""How many letters all senders together hand over in a minute, where the mail server's owner says so."""

from datetime import timedelta

from matchmaker.base import limits
from matchmaker.base.limits import RateBucket
from matchmaker.base.work import Work

MINUTE = timedelta(minutes=1)
AT_ONCE_OF_A_MINUTE = 12
"""A twelfth of a minute's letters may leave at once: senders look every two seconds."""


def bucket_of(work: Work, per_minute: int) -> RateBucket:
    """What may leave now, which all senders share; who claims letters lowers its ``tokens`` by their number.

    What is there at the beginning of a minute and what comes in it are no more than ``per_minute`` together.
    """
    capacity = max(1, per_minute // AT_ONCE_OF_A_MINUTE)
    return limits.filled(
        work, purpose="mail", capacity=capacity, period=MINUTE * capacity / max(1, per_minute - capacity)
    )
