"""The verbs of groups: founding, who is in them, posting needs."""

from matchmaker.groups.service.closing import NobodyLeads, close_group, delete_closed, reopen_group
from matchmaker.groups.service.groups import (
    ChallengeElsewhere,
    NameTaken,
    NotAllowed,
    can_edit,
    change_group,
    check_lead,
    check_member,
    found_group,
)
from matchmaker.groups.service.invitations import INVITATION
from matchmaker.groups.service.members import leave_group, make_lead, remove_member, step_down
from matchmaker.groups.service.needs import (
    NeedDetails,
    NeedRefused,
    WantedPhrase,
    act_on_need,
    change_need,
    expire_needs,
    free_place,
    lock_need,
    post_need,
    take_place,
)
from matchmaker.groups.service.standing import ask_whether_needs_stand, close_unanswered, say_need_stands

__all__ = [
    "INVITATION",
    "ChallengeElsewhere",
    "NameTaken",
    "NeedDetails",
    "NeedRefused",
    "NobodyLeads",
    "NotAllowed",
    "WantedPhrase",
    "act_on_need",
    "ask_whether_needs_stand",
    "can_edit",
    "change_group",
    "change_need",
    "check_lead",
    "check_member",
    "close_group",
    "close_unanswered",
    "delete_closed",
    "expire_needs",
    "found_group",
    "free_place",
    "leave_group",
    "lock_need",
    "make_lead",
    "post_need",
    "remove_member",
    "reopen_group",
    "say_need_stands",
    "step_down",
    "take_place",
]
