"""What pages show of rooms above their own, and where they lead there: by names of their own, filled in by the app."""

from typing import Any

from flask import url_for

from matchmaker.web.site import site


def page_url(name: str, **values: Any) -> str:
    """The path of a page of a room above. Raises KeyError for a name that nobody has."""
    return url_for(site().works.links.endpoint_of(name), **values)


def slot(name: str, *values: object) -> object:
    """What a room above has for a place in a page: a value, or a piece of the page. Raises KeyError."""
    return site().slots[name](*values)
