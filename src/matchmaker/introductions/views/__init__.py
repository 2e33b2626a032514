"""Pages about introductions: beginning, answering, writing, being away, and what links in letters open."""

from matchmaker.introductions.views import by_letter, page, starting, waiting
from matchmaker.introductions.views.blueprint import blueprint
from matchmaker.introductions.views.by_letter import stop

__all__ = ["blueprint", "by_letter", "page", "starting", "stop", "waiting"]
