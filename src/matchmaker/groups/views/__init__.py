"""The doors of groups: a territory's page, groups, invitations, needs."""

from matchmaker.groups.views.blueprint import blueprint
from matchmaker.groups.views.closing import close, reopen
from matchmaker.groups.views.groups import edit, mine, new, show
from matchmaker.groups.views.invitations import invitation_withdraw, invite
from matchmaker.groups.views.members import lead_step_down, leave, member_lead, member_remove
from matchmaker.groups.views.needs import need_edit, need_new, need_state
from matchmaker.groups.views.standing import need_stands
from matchmaker.groups.views.territory import index, territory

__all__ = [
    "blueprint",
    "close",
    "edit",
    "index",
    "invitation_withdraw",
    "invite",
    "lead_step_down",
    "leave",
    "member_lead",
    "member_remove",
    "mine",
    "need_edit",
    "need_new",
    "need_stands",
    "need_state",
    "new",
    "reopen",
    "show",
    "territory",
]
