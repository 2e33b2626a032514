"""What partners lend and give, ranked for needs that are no skill of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from matchmaker.groups.rules import NeedKind
from matchmaker.vocabulary.rules import Topics, Vocabulary

WORDS = 0.5
"""What common words count beside common themes."""

NEAR_KIND = 0.5
"""What an offer counts whose kind is not the one that was asked for, and may serve all the same."""


class OfferKind(StrEnum):
    """What is lent or given."""

    PREMISES = "premises"
    EQUIPMENT = "equipment"
    VEHICLE = "vehicle"
    FUNDING = "funding"
    EXPERTISE = "expertise"
    RESEARCH = "research"
    CONTACT = "contact"


SAME_KIND = {
    NeedKind.PREMISES: {OfferKind.PREMISES},
    NeedKind.EQUIPMENT: {OfferKind.EQUIPMENT, OfferKind.VEHICLE},
    NeedKind.FUNDING: {OfferKind.FUNDING},
    NeedKind.RESEARCH: {OfferKind.RESEARCH, OfferKind.EXPERTISE},
    NeedKind.CONTACT: {OfferKind.CONTACT},
}
"""What a need of each kind means; a van is equipment, and who is an expert may answer a question."""

OTHER_KINDS = {
    NeedKind.PREMISES: {OfferKind.EQUIPMENT},
    NeedKind.EQUIPMENT: {OfferKind.PREMISES},
    NeedKind.CONTACT: set(OfferKind),
}
"""What may serve all the same: the oven stands in a bakery's room, a stage comes with its roof, and whoever lends
anything knows people. Money serves no other need, and nothing serves instead of money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A need of a group: its kind, and its title, wanted words and description as ``parts``."""

    kind: NeedKind
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a partner offers: its kind, and its title, words and description as ``parts``."""

    kind: OfferKind
    parts: tuple[str, ...]


def serves(kind: OfferKind, need: NeedKind) -> float:
    """How far an offer of a kind may serve a need of one: 1, NEAR_KIND, or 0 for never."""
    if kind in SAME_KIND.get(need, set()):
        return 1.0
    return NEAR_KIND if kind in OTHER_KINDS.get(need, set()) else 0.0


def rank_offers(
    wishes: Sequence[Wish], offers: Sequence[Offer], vocabulary: Vocabulary, *, top: int
) -> list[list[tuple[int, float]]]:
    """For each wish the places of at most ``top`` offers that may serve it, best first, with how well, 0 to 1.

    Ties go by place. An offer that has nothing in common with a wish, or whose kind cannot serve it, is not among them.
    """
    texts = [*(one.parts for one in wishes), *(one.parts for one in offers)]
    near = Topics(texts, vocabulary, words=WORDS).near(slice(0, len(wishes)))[:, len(wishes) :]
    gate = np.array([[serves(offer.kind, wish.kind) for offer in offers] for wish in wishes])
    fit = near * gate.reshape(near.shape) / (1 + WORDS)
    order = np.argsort(-fit, axis=1, kind="stable")[:, :top]
    return [
        [(int(place), float(row[place])) for place in best if row[place] > 0]
        for row, best in zip(fit, order, strict=True)
    ]
