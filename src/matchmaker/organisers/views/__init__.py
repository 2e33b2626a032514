"""The doors of the desk: a territory's numbers, its introductions, what its words mean, and how far its ways are."""

from matchmaker.organisers.views import introductions, travel, words
from matchmaker.organisers.views.desk import blueprint

__all__ = ["blueprint", "introductions", "travel", "words"]
