"""Whether what a page says is valid HTML, by html-validate."""

import json
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent / "html"
PROGRAM = FOLDER / "node_modules/html-validate/bin/html-validate.mjs"


def can_validate() -> bool:
    """Whether ``./run setup-browser`` has installed it here."""
    return PROGRAM.exists() and shutil.which("node") is not None


def mistakes(pages: dict[str, str], folder: Path) -> list[str]:
    """What is wrong in some pages' source, by path; the folder is for the files that are checked."""
    names = {}
    for number, (path, text) in enumerate(pages.items()):
        file = folder / f"{number}.html"
        file.write_text(text, encoding="utf-8")
        names[str(file)] = path
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(
        [node, PROGRAM, "--formatter=json", f"--config={FOLDER / '.htmlvalidate.json'}", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return [
        f"{names[one['filePath']]} line {said['line']}: {said['message']} ({said['ruleId']})"
        for one in json.loads(done.stdout)
        for said in one["messages"]
    ]
