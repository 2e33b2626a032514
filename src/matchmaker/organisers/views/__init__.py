"""The doors of the desk: a territory's numbers, its introductions, and what its words mean."""

from matchmaker.organisers.views import introductions, words
from matchmaker.organisers.views.desk import blueprint

__all__ = ["blueprint", "introductions", "words"]
