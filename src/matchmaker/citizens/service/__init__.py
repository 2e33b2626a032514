"""What can be done in this room: sign up, confirm, change a profile, agree to letters, leave."""

from matchmaker.citizens.service.profiles import (
    ProfileDetails,
    ProfileExists,
    change_profile,
    change_skills,
    delete_profile,
    withdraw_weekly_letter,
)
from matchmaker.citizens.service.sign_ups import (
    Confirmed,
    SignUpLost,
    answer_challenges,
    answer_place,
    answer_skills,
    answer_time,
    confirm,
    create_profile,
    finish_sign_up,
    forget_stale_sign_ups,
    read_confirmation,
    resumed_sign_up,
    start_sign_up,
)

__all__ = [
    "Confirmed",
    "ProfileDetails",
    "ProfileExists",
    "SignUpLost",
    "answer_challenges",
    "answer_place",
    "answer_skills",
    "answer_time",
    "change_profile",
    "change_skills",
    "confirm",
    "create_profile",
    "delete_profile",
    "finish_sign_up",
    "forget_stale_sign_ups",
    "read_confirmation",
    "resumed_sign_up",
    "start_sign_up",
    "withdraw_weekly_letter",
]
