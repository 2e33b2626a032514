"""The diagram in the documentation is the machine that runs."""

from pathlib import Path

from click.testing import CliRunner

from matchmaker.cli import cli


def test_the_diagram_in_the_docs_is_drawn_from_the_code() -> None:
    page = (Path(__file__).parents[2] / "docs/introductions.md").read_text(encoding="utf-8")
    drawn = CliRunner().invoke(cli, ["introduction", "diagram"])
    assert drawn.exit_code == 0
    assert f"```mermaid\n{drawn.stdout}```" in page
