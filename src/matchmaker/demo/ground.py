"""The demonstration's territories, and where in them somebody lives."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from sqlalchemy import select

from matchmaker.base.work import Work
from matchmaker.demo import people
from matchmaker.demo.content import TerritoryText
from matchmaker.demo.people import CitizenDraft
from matchmaker.places import service as places
from matchmaker.places.models import Commune, Territory, TerritoryCommune


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A founded territory with its défis and communes by the names that the content uses.

    ``inhabitants`` counts those of the communes of ``codes`` up to and with each.
    """

    row: Territory
    challenges: Mapping[str, int]
    communes: Mapping[str, str]
    codes: Sequence[str]
    inhabitants: Sequence[int]

    def home_of(self, draft: CitizenDraft) -> str:
        """The code of the commune in which a citizen lives."""
        if draft.commune is not None:
            return self.communes[draft.commune]
        return self.codes[bisect(self.inhabitants, draft.home * self.inhabitants[-1] // people.HOMES)]


def found_territory(work: Work, text: TerritoryText) -> Ground:
    """Found a territory with its défis."""
    row = places.found_territory(
        work,
        slug=text.slug,
        name=text.name,
        summary_fr=text.summary_fr,
        summary_en=text.summary_en,
        epcis=text.epcis,
    )
    challenges = {
        challenge.slug: places.add_challenge(
            work,
            territory=row,
            slug=challenge.slug,
            title_fr=challenge.title_fr,
            title_en=challenge.title_en,
            description_fr=challenge.description_fr,
            description_en=challenge.description_en,
        ).id
        for challenge in text.challenges
    }
    communes = work.session.execute(
        select(Commune.code, Commune.name, Commune.population)
        .join(TerritoryCommune, TerritoryCommune.commune_code == Commune.code)
        .where(TerritoryCommune.territory_id == row.id)
        .order_by(Commune.code)
    ).all()
    return Ground(
        row=row,
        challenges=challenges,
        communes={name: code for code, name, _ in communes},
        codes=[code for code, _, _ in communes],
        inhabitants=list(accumulate(population for _, _, population in communes)),
    )
