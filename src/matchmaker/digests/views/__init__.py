"""The organisers' page of the week, and each reader's own wishes."""

from matchmaker.digests.views import reader, week
from matchmaker.digests.views.blueprint import blueprint
from matchmaker.digests.views.reader import unsubscribe

__all__ = ["blueprint", "reader", "unsubscribe", "week"]
