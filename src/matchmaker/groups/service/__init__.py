"""The verbs of groups: founding, inviting, posting needs."""

from matchmaker.accounts.service import AddressMismatch
from matchmaker.groups.service.groups import (
    AlreadyMember,
    ChallengeElsewhere,
    InvitationUnusable,
    NameTaken,
    NotAllowed,
    accept_invitation,
    can_edit,
    change_group,
    check_lead,
    check_member,
    find_invitation,
    found_group,
    invite,
)
from matchmaker.groups.service.needs import (
    NeedDetails,
    NeedRefused,
    WantedPhrase,
    act_on_need,
    change_need,
    expire_needs,
    post_need,
)

__all__ = [
    "AddressMismatch",
    "AlreadyMember",
    "ChallengeElsewhere",
    "InvitationUnusable",
    "NameTaken",
    "NeedDetails",
    "NeedRefused",
    "NotAllowed",
    "WantedPhrase",
    "accept_invitation",
    "act_on_need",
    "can_edit",
    "change_group",
    "change_need",
    "check_lead",
    "check_member",
    "expire_needs",
    "find_invitation",
    "found_group",
    "invite",
    "post_need",
]
