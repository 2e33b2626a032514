"""The doors of this room: the sign-up in steps, the profile, and the relays."""

from matchmaker.citizens.views import profile, relay_desk, relay_people, relays
from matchmaker.citizens.views.sign_up import blueprint

__all__ = ["blueprint", "profile", "relay_desk", "relay_people", "relays"]
