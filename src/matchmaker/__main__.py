"""``python -m matchmaker`` is the command ``matchmaker``."""

from matchmaker.cli import main

if __name__ == "__main__":
    main()
