"""The codes of letters on paper: giving them, and finding the line of one that somebody typed."""

import secrets
from collections.abc import Sequence

from sqlalchemy import select

from matchmaker.base.work import Work
from matchmaker.digests.models import DigestLine
from matchmaker.digests.rules import CODES, LineKind, code_of


def give_codes(work: Work, lines: Sequence[DigestLine]) -> None:
    """Give each line about a need a code that no line has had before."""
    needs = [line for line in lines if line.kind is LineKind.NEED]
    while needs:
        drawn = {code_of(secrets.randbelow(CODES)) for _ in needs}
        free = drawn.difference(
            work.session.scalars(select(DigestLine.code).where(DigestLine.code.in_(drawn)))
        )
        for code in free:
            needs.pop().code = code
        work.session.flush()
