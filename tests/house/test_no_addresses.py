"""No file says where packages are to be had: that is the choice of whoever installs."""

import re

from tests.checkout import ROOT, kept_files

HOSTS = "|".join(["py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "registry." + "yarnpkg"])
OPTIONS = "|".join(["--(?:extra-)?" + "index-url", "--" + "find-links"])
FORBIDDEN = re.compile(f"{HOSTS}|^(?:{OPTIONS})", re.MULTILINE)


def test_no_file_names_a_package_index() -> None:
    naming = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in kept_files()
        if (found := FORBIDDEN.search(path.read_bytes().decode("utf-8", "replace")))
    ]

    assert naming == []


def test_the_locks_name_no_address_at_all() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        assert "://" not in path.read_text(encoding="utf-8"), path
