"""A draft as the letter that its reader gets, in words of their language."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Protocol
from urllib.parse import urlsplit

from matchmaker.base import i18n
from matchmaker.base.letter import ORDINARILY_LASTS, Letter, LetterRenderer
from matchmaker.base.tokens import Tokens
from matchmaker.base.work import Links
from matchmaker.digests import letters
from matchmaker.digests.letters import HelperSection, NeedLine, NewsLine, Sections, WaitingLine
from matchmaker.digests.loading import Draft, DraftLine
from matchmaker.digests.models import DigestEdit
from matchmaker.digests.rules import EditKind, LineKind
from matchmaker.digests.service.preferences import UNSUBSCRIBE
from matchmaker.groups.models import Need
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import AnswerSpeed, Party
from matchmaker.matching import cards as matching_queries
from matchmaker.matching.rules import Match
from matchmaker.places.models import Territory


class LetterContext(Protocol):
    """What letters are made with; a unit of work and its factory both have it."""

    @property
    def tokens(self) -> Tokens:
        """Signs the link that stops the letters."""

    @property
    def letters(self) -> LetterRenderer:
        """Renders the templates."""

    @property
    def links(self) -> Links:
        """Makes absolute addresses."""


def letter_of(
    context: LetterContext,
    territory: Territory,
    draft: Draft,
    edits: Sequence[DigestEdit],
    *,
    lasts: timedelta = ORDINARILY_LASTS,
) -> Letter:
    """A draft as the letter that its reader gets, which may leave for as long as it ``lasts``."""
    person = draft.recipient
    token = context.tokens.sign_bound(UNSUBSCRIBE, str(person.account_id), to=person.address)
    return letters.weekly(
        context.letters,
        address=person.address,
        first_name=person.first_name,
        locale=person.locale,
        territory_name=territory.name,
        sections=sections(context, draft, edits, locale=person.locale),
        home_url=context.links.to("matching.home"),
        wishes_url=context.links.to("digests.wishes"),
        unsubscribe_url=context.links.to("digests.unsubscribe", token=token),
        list_id=list_id(context, territory),
        lasts=lasts,
    )


def sections(context: LetterContext, draft: Draft, edits: Sequence[DigestEdit], *, locale: str) -> Sections:
    """What a letter tells, in words of a language."""
    with i18n.using(locale):
        needs = tuple(
            need_line(context, line.need, locale=locale, match=line.match, speed=line.speed)
            for line in draft.of(LineKind.NEED)
            if line.need is not None
        )
        news = tuple(
            NewsLine(
                group_name=line.group.name,
                pitch=line.group.pitch,
                challenge=line.group.challenge.title(locale),
                url=context.links.to("groups.show", group_id=line.group.id),
            )
            for line in draft.of(LineKind.NEWS)
            if line.group is not None
        )
    return Sections(
        paragraphs=_paragraphs(draft, edits, locale),
        needs=needs,
        waiting=_waiting(context, draft, locale),
        helpers=_about_people(context, draft.of(LineKind.HELPER)),
        news=news,
    )


def need_line(
    context: LetterContext,
    need: Need,
    *,
    locale: str,
    match: Match | None = None,
    speed: AnswerSpeed | None = None,
) -> NeedLine:
    """A need as a letter tells of it, in words of the language in use."""
    return NeedLine(
        card=matching_queries.need_card(need, to=context.links.to, locale=locale, match=match),
        speed=speed,
        offer_url=context.links.to("introductions.offer", need_id=need.id),
    )


def _waiting(context: LetterContext, draft: Draft, locale: str) -> tuple[WaitingLine, ...]:
    profiles = {profile.citizen_id for profile in draft.recipient.profiles}
    found = []
    with i18n.using(locale):
        for line in draft.of(LineKind.WAITING):
            if line.introduction is not None and line.need is not None:
                party = Party.CITIZEN if line.planned.citizen_id in profiles else Party.GROUP
                found.append(
                    WaitingLine(
                        need_title=line.need.title,
                        sentence=introductions.asking(line.introduction, party),
                        url=context.links.to("introductions.show", introduction_id=line.introduction.id),
                    )
                )
    return tuple(found)


def _about_people(context: LetterContext, lines: Sequence[DraftLine]) -> tuple[HelperSection, ...]:
    found = []
    by_need = sorted(lines, key=lambda line: line.planned.need_id or 0)
    for need_id, same in groupby(by_need, key=lambda line: line.planned.need_id):
        told = [line for line in same if line.need and line.citizen and line.match]
        if told and told[0].need is not None:
            found.append(
                HelperSection(
                    need_title=told[0].need.title,
                    url=context.links.to("matching.citizens", need_id=need_id),
                    people=tuple(
                        matching_queries.citizen_card(line.citizen, match=line.match)
                        for line in told
                        if line.citizen is not None and line.match is not None
                    ),
                )
            )
    return tuple(found)


def _paragraphs(draft: Draft, edits: Sequence[DigestEdit], locale: str) -> tuple[str, ...]:
    """What organisers wrote for everybody, or for those whose défi it is by their lines."""
    concerned = {line.need.group.challenge_id for line in draft.lines if line.need is not None}
    concerned |= {line.group.challenge_id for line in draft.lines if line.group is not None}
    return tuple(
        (edit.text_en if locale == "en" else edit.text_fr) or ""
        for edit in edits
        if edit.kind is EditKind.PARAGRAPH and edit.challenge_id in {None, *concerned}
    )


def list_id(context: LetterContext, territory: Territory) -> str:
    """The name of a territory's letters for mail programs (RFC 2919)."""
    host = urlsplit(context.links.to("places.home")).hostname
    return f"{territory.name} <{territory.slug}.week.{host}>"
