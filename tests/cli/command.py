"""The command as a process of its own, in a folder and an environment of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True, kw_only=True)
class Command:
    """``matchmaker`` run in ``folder`` with ``settings`` by their names without prefix, and no others."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def try_to_run(self, *arguments: str, **settings: str | None) -> Done:
        """Run it; a setting that is None is left out."""
        return subprocess.run(
            [sys.executable, "-m", "matchmaker", *arguments],
            cwd=self.folder,
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def run(self, *arguments: str, **settings: str | None) -> Done:
        """Run it; it must end well."""
        done = self.try_to_run(*arguments, **settings)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def environment(self, **settings: str | None) -> dict[str, str]:
        """The environment of the process."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MATCHMAKER_")}
        # A warning is an error in the process too.
        kept["PYTHONWARNINGS"] = "error"
        every = {**self.settings, **settings}
        return kept | {f"MATCHMAKER_{name}": value for name, value in every.items() if value is not None}
