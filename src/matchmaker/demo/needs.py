"""Needs beside those written by hand, made from the vocabulary by a seeded generator."""

from dataclasses import dataclass
from random import Random

from matchmaker.demo import content
from matchmaker.demo.content import GroupText, NeedText, WantedText
from matchmaker.demo.wording import Wording
from matchmaker.groups.rules import Importance, NeedKind, NeedState

TITLE = 64
"""Letters that a generated title may have: what a phrase may have, so that it is resolved whole."""

KINDS = {"lending": NeedKind.EQUIPMENT, "contacts": NeedKind.CONTACT, "research": NeedKind.RESEARCH}
PLACES = frozenset({"lending.premises", "lending.outdoor-space"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedDraft:
    """A need of a group, by the group's name."""

    group: str
    text: NeedText
    state: NeedState


def needs(wording: Wording, *, count: int, seed: int) -> tuple[NeedDraft, ...]:
    """``count`` needs: those written by hand first, then generated ones, each group in its turn."""
    groups = [group for territory in content.territories() for group in territory.groups]
    written = [
        NeedDraft(group=group.name, text=need, state=NeedState.OPEN)
        for group in groups
        for need in group.needs
    ]
    used: set[tuple[str, str]] = set()
    generated = [
        _generated(wording, groups[number % len(groups)], Random(f"{seed}/need/{number}"), used)
        for number in range(count - len(written))
    ]
    return tuple([*written, *generated][:count])


def _generated(wording: Wording, group: GroupText, random: Random, used: set[tuple[str, str]]) -> NeedDraft:
    while True:
        concept_id = random.choice(wording.families[random.choice(group.families)])
        kind = _kind(wording, concept_id)
        skill = wording.label(concept_id, "fr")
        form = random.choice(content.phrasings().titles[kind])
        title = form.format(skill=skill)
        title = title[:1].upper() + title[1:]
        if len(title) <= TITLE and "·" not in title and (group.name, title) not in used:
            used.add((group.name, title))
            break
    lends = kind in {NeedKind.EQUIPMENT, NeedKind.PREMISES}
    remote = kind in {NeedKind.CONTACT, NeedKind.RESEARCH} or (not lends and random.random() < 0.2)
    state = random.choice((NeedState.OPEN,) * 8 + (NeedState.FILLED, NeedState.CLOSED, NeedState.DRAFT))
    text = NeedText(
        kind=kind,
        title=title,
        description=_description(random),
        wanted=_wanted(wording, concept_id, random),
        places=random.choice((1, 1, 2, 3)),
        posted=random.randrange(1, min(group.founded, 40)),
        until=random.randrange(20, 120),
        hours=None if lends else random.choice((1, 2, 2, 4, 8)),
        remote=remote,
    )
    return NeedDraft(group=group.name, text=text, state=state)


def _kind(wording: Wording, concept_id: str) -> NeedKind:
    if PLACES & {concept_id, *wording.broader(concept_id)}:
        return NeedKind.PREMISES
    return KINDS.get(concept_id.partition(".")[0], NeedKind.SKILL)


def _wanted(wording: Wording, concept_id: str, random: Random) -> tuple[WantedText, ...]:
    asked = [(concept_id, Importance.MUST)]
    beside = [one for one in wording.related(concept_id) if one != concept_id]
    asked += [
        (one, Importance.NICE) for one in random.sample(beside, k=min(len(beside), random.choice((0, 1, 2))))
    ]
    phrases = {wording.say(random, one, language="fr", gender="m"): importance for one, importance in asked}
    return tuple(WantedText(phrase=phrase, importance=importance) for phrase, importance in phrases.items())


def _description(random: Random) -> str:
    ways = content.phrasings()
    return " ".join((random.choice(ways.openings), random.choice(ways.rhythms), random.choice(ways.thanks)))
