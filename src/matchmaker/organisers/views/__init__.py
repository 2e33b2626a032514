"""The doors of the desk: a territory's numbers, its introductions, what its words mean, its ways and its pages."""

from matchmaker.organisers.views import introductions, pages, travel, words
from matchmaker.organisers.views.desk import blueprint

__all__ = ["blueprint", "introductions", "pages", "travel", "words"]
