"""What the page of the style shows: the colours of the stylesheet with their contrasts, and an example of each part."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from wtforms import (  # type: ignore[attr-defined]
    BooleanField,
    FieldList,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional

from matchmaker.base.resources import folder
from matchmaker.digests.letters import NeedLine, NewsLine, Sections
from matchmaker.introductions.rules import AnswerSpeed
from matchmaker.matching.cards import CitizenCard, NeedCard
from matchmaker.matching.rules import Cover, Importance, SkillReason
from matchmaker.web.days import DayField
from matchmaker.web.forms import AtMost, BareForm

TEXT_AT_LEAST = 4.5
EDGE_AT_LEAST = 3.0
"""The contrasts of text and of edges of controls that WCAG 2.2 AA asks for (1.4.3 and 1.4.11)."""

_GROUNDS = ("page", "surface", "sunken")
_SIGNALS = ("terracotta", "sage", "ochre", "brick", "slate")
_TEXTS = (
    *((ink, ground) for ground in _GROUNDS for ink in ("ink", "muted", *_SIGNALS)),
    *((ink, f"{name}-soft") for name in _SIGNALS for ink in ("ink", name)),
    ("ink", "highlight"),
    ("terracotta-strong", "terracotta-soft"),
    ("on-terracotta", "button"),
    ("on-terracotta", "button-strong"),
)
_EDGES = tuple((name, ground) for ground in _GROUNDS for name in ("edge", "focus"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A value of the stylesheet that has a name, by light and by dark; both are the same where there is one only."""

    name: str
    light: str
    dark: str

    @property
    def is_colour(self) -> bool:
        """Whether it is a colour of its own, as #rrggbb."""
        return self.light.startswith("#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A colour on its ground, with the contrast that it must have; ``light`` and ``dark`` are those that it has."""

    ink: Token
    ground: Token
    at_least: float

    @property
    def light(self) -> float:
        """The contrast in the light scheme."""
        return contrast(self.ink.light, self.ground.light)

    @property
    def dark(self) -> float:
        """The contrast in the dark scheme."""
        return contrast(self.ink.dark, self.ground.dark)


@cache
def tokens() -> Mapping[str, Token]:
    """What the stylesheet gives a name, in its order."""
    css = folder("static").joinpath("matchmaker.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{([^}]*)\}", css)
    light: dict[str, str]
    dark: dict[str, str]
    light, dark = (dict(re.findall(r"--([a-z-]+): ([^;]+);", block)) for block in blocks[:2])
    return {name: Token(name=name, light=value, dark=dark.get(name, value)) for name, value in light.items()}


def pairs() -> tuple[Pair, ...]:
    """The colours that stand on each other in pages: text on its ground, then edges of controls."""
    known = tokens()
    wanted = [*((pair, TEXT_AT_LEAST) for pair in _TEXTS), *((pair, EDGE_AT_LEAST) for pair in _EDGES)]
    return tuple(
        Pair(ink=known[ink], ground=known[ground], at_least=at_least) for (ink, ground), at_least in wanted
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (#rrggbb), from 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class EveryField(BareForm):
    """One field of each kind that the macro ``field`` takes."""

    first_name = StringField("First name", [DataRequired("Say it."), AtMost(60)])
    commune = StringField("Commune")
    commune_code = HiddenField()
    skills = FieldList(StringField("Skill", [AtMost(64)]), "Skills", min_entries=2)
    hours = IntegerField("Hours", [Optional()])
    until = DayField("Until", [Optional()])
    about = TextAreaField("About")
    kind = SelectField("Kind", choices=[SelectChoice("skill", "A skill")])
    radius = RadioField(
        "How far",
        [DataRequired("Choose.")],
        choices=[SelectChoice("5", "5 km"), SelectChoice("0", "From home")],
    )
    challenges = SelectMultipleField(
        "What matters", choices=[SelectChoice("food", "Food"), SelectChoice("waste", "Waste")]
    )
    letter = BooleanField("Send me the letter")


_REASONS = (
    SkillReason(
        wanted="bicycle repair",
        importance=Importance.MUST,
        own="mending bicycles",
        how=Cover.SAME,
        strength=0.9,
        points=50,
        possible=60,
        concept_id=None,
    ),
)

NEED = NeedCard(
    need_id=1,
    title="Mend our delivery bicycles",
    url="#cards",
    group_id=1,
    group_name="Bottles that come back",
    group_url="#cards",
    description="Two afternoons a month in the workshop, with tools and company. Our bicycles carry bottles.",
    challenge="Less waste",
    kind="Skill",
    of_people=True,
    state=None,
    commune="Romans-sur-Isère",
    distance_km=4.2,
    farther=False,
    remote=False,
    hours=2,
    places_left=2,
    until=date(2026, 12, 31),
    score=82.0,
    reasons=_REASONS,
    missing=("welding",),
    highlight=("bicycles",),
)

CITIZEN = CitizenCard(
    citizen_id=1,
    first_name="Camille",
    commune="Romans-sur-Isère",
    skills=("mending bicycles", "sewing"),
    score=82.0,
    reasons=_REASONS,
    missing=("welding",),
    highlight=("bicycles",),
)

SPEED = AnswerSpeed(share=0.8, days=1.5)

LETTER = Sections(
    paragraphs=("On Saturday the workshop opens its doors.",),
    needs=(NeedLine(card=NEED, speed=SPEED, offer_url="#cards"),),
    news=(
        NewsLine(
            group_name="The shoe factory",
            pitch="Leather comes back to town.",
            challenge="Made here",
            url="#cards",
        ),
    ),
)
