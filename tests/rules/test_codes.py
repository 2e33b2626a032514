"""The codes on paper: short, read in any writing, and a slip of the finger is no other code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.digests.rules import CODES, MistypedCode, code_of, read_code, readable_code
from matchmaker.digests.rules.codes import ALPHABET

numbers = st.integers(0, CODES - 1)


@given(numbers)
def test_a_code_is_read_as_people_write_it(number: int) -> None:
    code = code_of(number)
    assert len(code) == 6
    assert read_code(code) == code
    assert read_code(f" {readable_code(code).lower()} ") == code
    assert read_code(f"{code[:2]}-{code[2:]}") == code


def test_each_number_has_a_code_of_its_own() -> None:
    assert len({code_of(number) for number in range(5000)}) == 5000
    assert code_of(CODES - 1) != code_of(0)


@given(numbers, st.integers(0, 5), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_found(number: int, place: int, sign: str) -> None:
    code = code_of(number)
    typed = code[:place] + sign + code[place + 1 :]
    if typed != code:
        with pytest.raises(MistypedCode):
            read_code(typed)


@given(numbers, st.integers(0, 5), st.integers(0, 5))
def test_two_signs_that_changed_places_are_found(number: int, one: int, other: int) -> None:
    signs = list(code_of(number))
    signs[one], signs[other] = signs[other], signs[one]
    typed = "".join(signs)
    if typed != code_of(number):
        with pytest.raises(MistypedCode):
            read_code(typed)


@pytest.mark.parametrize("typed", ["", "K7M", "K7M2QXX", "O0I1LS", "²²²²²²", "ЖЖЖЖЖЖ"])
def test_what_is_no_code_is_told_so(typed: str) -> None:
    with pytest.raises(MistypedCode):
        read_code(typed)


def test_no_two_signs_look_alike() -> None:
    assert not set(ALPHABET) & set("0O1IL5SU") - {"5"}
