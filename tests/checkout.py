"""The files of the checkout."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNKEPT = {"__pycache__", ".venv", ".git"}


def kept_files(folder: Path = ROOT) -> list[Path]:
    """What git keeps below ``folder``, or would after adding everything.

    In an exported tree, which has no git, what is there and is not made by running or building.
    """
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in folder.rglob("*") if not UNKEPT & set(path.parts) and path.suffix != ".mo"]
    else:
        paths = [folder / name for name in listed.stdout.split("\0") if name]
    return sorted(path for path in paths if path.is_file())
