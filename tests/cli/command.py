"""The command as a process of its own, in a folder and an environment of its own."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Done = subprocess.CompletedProcess[str]

SECONDS = 180

# Importing takes seconds, and most of the commands run for less: each is forked from a process that has imported.
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["matchmaker.app", "matchmaker.cli.catalogue", "matchmaker.cli.doctor"])


@dataclass(frozen=True, kw_only=True)
class Command:
    """``matchmaker`` run in ``folder`` with ``settings`` by their names without prefix, and no others."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def try_to_run(self, *arguments: str, **settings: str | None) -> Done:
        """Run it; a setting that is None is left out."""
        with tempfile.TemporaryDirectory() as folder:
            said = [Path(folder, name) for name in ("stdout", "stderr")]
            process = _forks.Process(
                target=_become,
                args=(self.folder, self.environment(**settings), arguments, said),
                daemon=True,
            )
            process.start()
            process.join(SECONDS)
            if process.exitcode is None:
                process.kill()
                raise subprocess.TimeoutExpired(arguments, SECONDS)
            return Done(arguments, process.exitcode, *(one.read_text(encoding="utf-8") for one in said))

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


def _become(
    folder: Path, environment: Mapping[str, str], arguments: Sequence[str], said: Sequence[Path]
) -> None:
    """Be the command in this process, as a shell would have started it."""
    for number, path in enumerate(said, start=1):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    warnings.simplefilter("error")
    sys.argv = ["matchmaker", *arguments]
    from matchmaker.cli import main

    main()
