"""Measure the service and its matching engine, and print each figure with what it is held to.

python -m benchmarks            all of it (some minutes)
python -m benchmarks --quick    a tenth of the people
python -m benchmarks service    the demonstration alone: its start, each page, the week's run
python -m benchmarks exposure   the week's choice of who is told of what alone
python -m benchmarks letters    the week's letters alone, from the request to the mail server
"""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks.exposure import exposure, week
from benchmarks.letters import letters, one
from benchmarks.matching import country, loop, new_need, typing
from benchmarks.service import service


def main(arguments: list[str]) -> None:
    """Run what is asked for; with a number it is what a run starts for itself, so that each has its own peak of memory."""
    if arguments[:1] == ["growth"]:
        print(json.dumps(country(int(arguments[1]))))
        return
    if arguments[:1] == ["exposure"]:
        if arguments[1:]:
            print(json.dumps(week(*map(int, arguments[1:]))))
        else:
            exposure()
        return
    if arguments[:1] == ["letters"]:
        if arguments[1:]:
            one(arguments[1], arguments[2], int(arguments[3]))
        else:
            letters()
        return
    service()
    if arguments[:1] == ["service"]:
        return
    part = 10 if "--quick" in arguments else 1
    typing()
    new_need(100_000 // part)
    loop(100_000 // part, 5_000 // part)
    exposure()
    letters(part)
    print("growth in 1,254 territories, a need for ten citizens, 20 best each way:")
    for people in (10_000, 100_000, 1_000_000):
        if people * part > 1_000_000 and part > 1:
            continue
        ran = subprocess.run(
            [sys.executable, "-m", "benchmarks", "growth", str(people)],
            capture_output=True,
            text=True,
            check=True,
        )
        print(
            "  " + "  ".join(f"{name} {value}" for name, value in json.loads(ran.stdout).items()), flush=True
        )


if __name__ == "__main__":
    main(sys.argv[1:])
