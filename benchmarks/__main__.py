"""Measure the service and its matching engine, and print each figure with what it is held to.

python -m benchmarks            all of it (some minutes)
python -m benchmarks --quick    a tenth of the people
python -m benchmarks service    the demonstration: its start, each page, the week's run
python -m benchmarks matching   resolving, ranking and whole runs beside the plain loop, and their growth
python -m benchmarks pages      the public pages and a citizen's home on a telephone, by Lighthouse
python -m benchmarks weight     what the same pages weigh at a first visit, at the next page and in another week
python -m benchmarks exposure   the week's choice of who is told of what
python -m benchmarks letters    the week's letters, from the request to the mail server
python -m benchmarks leaving    how long a scheduler takes to end that is planning a large week
python -m benchmarks years      how large the database of a town becomes in three years
python -m benchmarks load       a town of 20,000 over HTTP: each page of each role, then a crowd (--help; not part of all)
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

from benchmarks.exposure import exposure, week
from benchmarks.leaving import leaving
from benchmarks.letters import letters, one
from benchmarks.load import load
from benchmarks.matching import country, loop, new_need, typing
from benchmarks.pages import pages
from benchmarks.service import service
from benchmarks.weight import weight
from benchmarks.years import years


def main(arguments: list[str]) -> None:
    """Run the named parts, or all. With numbers it is what a part starts for itself, to have a peak of memory of its own."""
    match arguments:
        case ["growth", people]:
            print(json.dumps(country(int(people))))
        case ["exposure", *numbers] if numbers:
            print(json.dumps(week(*map(int, numbers))))
        case ["letters", step, url, number]:
            one(step, url, int(number))
        case ["load", *options]:
            load(options)
        case _:
            part = 10 if "--quick" in arguments else 1
            named = [name for name in arguments if name in PARTS]
            for name in named or PARTS:
                PARTS[name](part)


def matching(part: int) -> None:
    """The engine alone, with a `part`th of the people."""
    typing()
    new_need(100_000 // part)
    loop(100_000 // part, 5_000 // part)
    print("growth in 1,254 territories, a need for ten citizens, 20 best each way:")
    for people in (10_000, 100_000, 1_000_000)[: 3 if part == 1 else 2]:
        ran = subprocess.run(
            [sys.executable, "-m", "benchmarks", "growth", str(people)],
            capture_output=True,
            text=True,
            check=True,
        )
        print(
            "  " + "  ".join(f"{name} {value}" for name, value in json.loads(ran.stdout).items()), flush=True
        )


PARTS: dict[str, Callable[[int], None]] = {
    "service": lambda _: service(),
    "pages": pages,
    "weight": lambda _: weight(),
    "matching": matching,
    "exposure": lambda _: exposure(),
    "letters": letters,
    "leaving": leaving,
    "years": years,
}

if __name__ == "__main__":
    main(sys.argv[1:])
