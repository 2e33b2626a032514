"""Pages about matches: what fits whom and why, what was taught, and who was shown whom."""

from matchmaker.matching.views import journal, needs, pages
from matchmaker.matching.views.blueprint import blueprint

__all__ = ["blueprint", "journal", "needs", "pages"]
