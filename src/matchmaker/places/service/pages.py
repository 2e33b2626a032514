"""What a territory writes on its legal notice, on what becomes of data, and as help."""

from collections.abc import Mapping

from matchmaker.base.i18n import LOCALES
from matchmaker.base.work import Work
from matchmaker.places.models import Territory, TerritoryPage
from matchmaker.places.rules import PAGE_LENGTH, PageKind, PlaceVerb
from matchmaker.places.service.territories import InvalidTerritory


def set_page(work: Work, *, territory_id: int, kind: PageKind, texts: Mapping[str, str]) -> None:
    """Write a page of a territory in its own words, in some languages; an empty text brings ours back.

    Raises InvalidTerritory for a text that is too long, or of a language that we do not have.
    """
    if not texts.keys() <= LOCALES.keys() or any(len(text) > PAGE_LENGTH for text in texts.values()):
        raise InvalidTerritory(f"a page has at most {PAGE_LENGTH} characters, in one of {', '.join(LOCALES)}")
    # Two who write the same page at one moment come one after the other.
    work.session.get_one(Territory, territory_id, with_for_update=True)
    for locale, text in texts.items():
        page = work.session.get(TerritoryPage, (territory_id, kind, locale))
        if page is not None and not text:
            work.session.delete(page)
        elif page is not None and page.text != text:
            page.text, page.changed_at = text, work.now
        elif page is None and text:
            work.session.add(
                TerritoryPage(
                    territory_id=territory_id, kind=kind, locale=locale, text=text, changed_at=work.now
                )
            )
    work.session.flush()
    work.record(PlaceVerb.PAGE_SET, Territory, territory_id, territory_id=territory_id, page=kind.value)
