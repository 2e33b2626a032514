"""``python -m matchmaker.translations update|compile|check|ease``: for whoever changes a text."""

import sys

from matchmaker.translations import ease, messages

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
            found += [f"hard to read: {_shown(page)}" for page in ease.ease_of_pages(LOCALE) if page.is_hard]
            for line in found:
                print(line)  # noqa: T201
            return 1 if found else 0
        case ["ease"]:
            for page in ease.ease_of_pages(LOCALE):
                print(_shown(page))  # noqa: T201
        case _:
            print("update, compile, check or ease?", file=sys.stderr)  # noqa: T201
            return 2
    return 0


def _shown(page: ease.Ease) -> str:
    return f"{page.score:4.0f} {page.words:5} words  {page.place}: {page.longest}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
