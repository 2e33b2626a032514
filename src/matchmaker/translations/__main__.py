"""``python -m matchmaker.translations update|compile|check``: for whoever changes a text."""

import sys

from matchmaker.translations import messages

LOCALE = "fr"


def main(arguments: list[str]) -> int:
    """Do what the one argument names; the exit code is 1 when a check finds something and 2 for an unknown word."""
    match arguments:
        case ["update"]:
            messages.update(LOCALE)
        case ["compile"]:
            messages.compile_catalogue(LOCALE)
        case ["check"]:
            found = list(messages.problems(LOCALE))
            for line in found:
                print(line)  # noqa: T201
            return 1 if found else 0
        case _:
            print("update, compile or check?", file=sys.stderr)  # noqa: T201
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
