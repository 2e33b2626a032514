"""The pages of a relay: its people, signing somebody up, their letters on paper, and what they answer."""

from matchmaker.assisted.views import answers, desk, introductions, people, printing
from matchmaker.assisted.views.blueprint import blueprint

__all__ = ["answers", "blueprint", "desk", "introductions", "people", "printing"]
