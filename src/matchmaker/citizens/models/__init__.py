"""The tables of this room."""

from matchmaker.citizens.models.citizens import (
    Citizen,
    CitizenChallenge,
    CitizenSkill,
    CitizenTelephone,
    Consent,
    SignUp,
)
from matchmaker.citizens.models.relays import Relay, RelayAct, RelayInvitation, RelayMember

__all__ = [
    "Citizen",
    "CitizenChallenge",
    "CitizenSkill",
    "CitizenTelephone",
    "Consent",
    "Relay",
    "RelayAct",
    "RelayInvitation",
    "RelayMember",
    "SignUp",
]
