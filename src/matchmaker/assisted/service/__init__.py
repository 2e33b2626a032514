"""What a relay does for its people, at their wish and on record: sign up, correct, write down what they answer."""

from matchmaker.assisted.service.answers import (
    LineElsewhere,
    OldCode,
    UnknownCode,
    line_of_code,
    print_letters,
    record_answer,
    record_code,
    record_not_reached,
    record_step,
)
from matchmaker.assisted.service.pdf import NoPdf, make_pdf
from matchmaker.assisted.service.people import (
    AddressOfRelay,
    AtDesk,
    PersonElsewhere,
    ask_for_letter,
    correct_person,
    correct_skills,
    delete_person,
    give_address,
    stop_letter,
)
from matchmaker.assisted.service.signing_up import Answers, note_answers, send_to_person, sign_up_here

__all__ = [
    "AddressOfRelay",
    "Answers",
    "AtDesk",
    "LineElsewhere",
    "NoPdf",
    "OldCode",
    "PersonElsewhere",
    "UnknownCode",
    "ask_for_letter",
    "correct_person",
    "correct_skills",
    "delete_person",
    "give_address",
    "line_of_code",
    "make_pdf",
    "note_answers",
    "print_letters",
    "record_answer",
    "record_code",
    "record_not_reached",
    "record_step",
    "send_to_person",
    "sign_up_here",
    "stop_letter",
]
