"""The script ``run``: what it says when it cannot go on, and when it finds the lock out of date."""

import importlib.util
import os
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from tests.checkout import ROOT

OLD = "import runpy, sys; sys.version_info = (3, 9, 2); sys.argv[0] = 'run'; runpy.run_path('run', run_name='__main__')"


@pytest.fixture
def script(tmp_path: Path) -> Any:
    """The script, in a checkout of its own that has what the lock is about."""
    for name in ("run", "pyproject.toml", "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    loader = SourceFileLoader("run_of_a_checkout", str(tmp_path / "run"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_it_names_its_commands() -> None:
    told = subprocess.run([ROOT / "run", "help"], capture_output=True, text=True, check=True).stdout
    unknown = subprocess.run([ROOT / "run", "dance"], capture_output=True, text=True, check=False)

    for command in ("demo", "install", "test", "check", "revision", "lock", "bench"):
        assert f"./run {command}" in told
        assert command in unknown.stderr
    assert unknown.returncode == 1


def test_what_it_starts_keeps_what_python_compiles(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.chdir(script.ROOT)

    script.main(["help"])

    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_an_older_python_is_told_what_is_needed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", OLD, "help"],
        cwd=ROOT,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.strip() == "matchmaker needs Python 3.11 or newer; python3 is 3.9 here."


def test_the_lock_is_what_pyproject_asks_for(script: Any) -> None:
    assert script.lock_complaints() == []


def test_layers_share_no_package_for_they_are_installed_side_by_side(script: Any) -> None:
    layers = [set(script.PACKAGE.findall(script.lock_file(layer).read_text())) for layer in script.LAYERS]

    assert sum(map(len, layers)) == len(set.union(*layers))
    assert script.without_earlier(
        "ruff==1 \\\n    --hash=a\n    # via here\nflask==3\n", ("runtime",)
    ).split() == (["ruff==1", "\\", "--hash=a", "#", "via", "here"])


def test_a_new_dependency_makes_the_lock_old(script: Any) -> None:
    project = script.ROOT / "pyproject.toml"
    project.write_text(project.read_text().replace("test = [\n", 'test = [\n    "cowsay",\n'))

    complaints = script.lock_complaints()

    assert complaints == [
        "requirements/test.txt is older than pyproject.toml: ./run lock",
        "requirements/check.txt is older than pyproject.toml: ./run lock",
    ]


def test_an_address_in_the_lock_is_found(script: Any) -> None:
    locked = script.lock_file("runtime")
    locked.write_text("https" + "://packages.test/simple\n" + locked.read_text())

    assert script.lock_complaints() == ["requirements/runtime.txt names the address of a package index"]


def test_every_locked_package_has_a_version_and_a_hash(script: Any) -> None:
    for layer in script.LAYERS:
        entries = [line for line in script.lock_file(layer).read_text().splitlines() if line[:1].isalnum()]
        assert entries
        assert [entry for entry in entries if "==" not in entry or not entry.endswith("\\")] == []


def test_a_layer_is_installed_again_for_another_lock_and_another_place(script: Any, tmp_path: Path) -> None:
    before = script.state("runtime"), script.state("test")

    locked = script.lock_file("test")
    locked.write_text(locked.read_text() + "\n")
    after = script.state("runtime"), script.state("test")
    script.VENV = tmp_path / "elsewhere"

    assert after[0] == before[0]
    assert after[1] != before[1]
    assert script.state("runtime") != before[0]


def test_an_environment_that_was_moved_or_only_begun_does_not_count(script: Any) -> None:
    assert not script.environment_works()
    (script.VENV / "bin").mkdir(parents=True)
    (script.VENV / "bin/python").symlink_to(sys.executable)
    assert not script.environment_works()
    shutil.rmtree(script.VENV)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", script.VENV], check=True)
    assert script.environment_works()
    script.VENV = script.VENV.rename(script.VENV.with_name("moved"))
    script.PYTHON = script.VENV / "bin/python"
    assert not script.environment_works()
