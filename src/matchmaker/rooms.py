"""The rooms, and what each hands in for those below it, which do not know it."""

from matchmaker.accounts import transfer as accounts_transfer
from matchmaker.assisted import transfer as assisted_transfer
from matchmaker.base.work import Transfer
from matchmaker.citizens import transfer as citizens_transfer
from matchmaker.digests import transfer as digests_transfer
from matchmaker.groups import transfer as groups_transfer
from matchmaker.introductions import transfer as introductions_transfer
from matchmaker.matching import transfer as matching_transfer
from matchmaker.places import transfer as places_transfer
from matchmaker.relays import transfer as relays_transfer
from matchmaker.vocabulary import transfer as vocabulary_transfer

TRANSFERS: tuple[Transfer, ...] = (
    assisted_transfer.TRANSFER,
    digests_transfer.TRANSFER,
    introductions_transfer.TRANSFER,
    matching_transfer.TRANSFER,
    groups_transfer.TRANSFER,
    citizens_transfer.TRANSFER,
    relays_transfer.TRANSFER,
    vocabulary_transfer.TRANSFER,
    places_transfer.TRANSFER,
    accounts_transfer.TRANSFER,
)
"""The highest room first, as people are forgotten."""
