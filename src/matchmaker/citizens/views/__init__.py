"""The doors of this room: the sign-up in steps, and the profile."""

from matchmaker.citizens.views import profile
from matchmaker.citizens.views.sign_up import blueprint

__all__ = ["blueprint", "profile"]
