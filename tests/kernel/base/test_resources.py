"""Where files lie that are not code."""

import pytest

from matchmaker.base.resources import folder


def test_templates_and_migrations_are_found() -> None:
    assert (folder("templates") / "base.html").is_file()
    assert (folder("migrations") / "env.py").is_file()


def test_a_folder_that_is_not_there_is_an_error_that_names_it() -> None:
    with pytest.raises(FileNotFoundError, match="'nowhere'"):
        folder("nowhere")
