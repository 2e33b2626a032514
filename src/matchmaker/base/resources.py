"""Where files that are not code lie: inside an installed package, or at the top of a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def folder(name: str) -> Path:
    """The folder ``templates`` or ``migrations``: the package's own copy if there is one, else the checkout's.

    Folders that lie in the package alone, as ``static/vendor``, are found too. Raises FileNotFoundError when there is
    neither.
    """
    for candidate in (_PACKAGE / name, _PACKAGE.parent.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"the folder {name!r} is neither in the package nor beside it")
