"""What is put on record is named by verbs; rules list those of their room, so nothing here knows a database."""

import enum


class Verb(enum.StrEnum):
    """A verb that is put on record, after what it is done to: ``FOUNDED = "group.founded"``. Each room lists its own."""
