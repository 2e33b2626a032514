"""The doors of the desk: a territory's numbers, and what its words mean."""

from matchmaker.organisers.views import words
from matchmaker.organisers.views.desk import blueprint

__all__ = ["blueprint", "words"]
