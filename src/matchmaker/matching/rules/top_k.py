"""The best of many totals, ties by id, kept as numbers until somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.matching.rules.values import Ranked

Ints = NDArray[np.int64]
Key = TypeVar("Key", NeedId, CitizenId)


class IdOrder:
    """Ids in their order: `ranks` has the place of each in it, `ids` the id at each place."""

    def __init__(self, ids: Sequence[int]) -> None:
        by_rank = sorted(range(len(ids)), key=ids.__getitem__)
        self.ids = [ids[at] for at in by_rank]
        self.ranks: Ints = np.empty(len(ids), dtype=np.int64)
        self.ranks[by_rank] = np.arange(len(ids))


class TopK(Mapping[Key, tuple[Ranked, ...]]):
    """For each key (needs, or citizens) the best of the others, best first, while totals come in any order.

    A row holds more than are asked for, so that the best of it are chosen anew only each time when it is full.
    """

    def __init__(self, ids: Sequence[Key], others: IdOrder, limit: int, *, needs: bool) -> None:
        self._ids: Sequence[Key] = ids
        self._others = others
        self._needs = needs
        self._limit = limit
        # A need has all its totals at once.
        self._keys = np.zeros((len(ids), limit if needs else limit + max(1, limit // 2)), dtype=np.int64)
        self._held = np.zeros(len(ids), dtype=np.int64)
        self._least = np.zeros(len(ids), dtype=np.int64)

    def add_row(self, number: int, others: Ints, totals: Ints) -> None:
        """Give one key all its totals at once."""
        keys = self._key(others, totals)
        if len(keys) > self._limit:
            keys = keys[np.argpartition(-keys, self._limit - 1)[: self._limit]]
        self._keys[number, : len(keys)] = keys

    def may_enter(self, numbers: Ints, bounds: Ints) -> NDArray[np.bool_]:
        """Which of many different keys could take in another one whose totals are at most these bounds.

        Some that could not are among them: what was added last counts only later.
        """
        return np.asarray(bounds >= self._least[numbers])

    def add_column(self, numbers: Ints, other: int, totals: Ints) -> None:
        """Give many different keys one more total each, all of the same other."""
        better = totals >= self._least[numbers]
        numbers = numbers[better]
        held = self._held[numbers]
        self._keys[numbers, held] = self._key(np.array([other]), totals[better])
        held += 1
        self._held[numbers] = held
        full = numbers[held == self._keys.shape[1]]
        if len(full):
            self._choose(full)

    def _choose(self, numbers: Ints) -> None:
        """Keep the best of full rows."""
        spare = self._keys.shape[1] - self._limit
        rows = np.partition(self._keys[numbers], spare, axis=1)
        self._keys[numbers, : self._limit] = rows[:, spare:]
        # What stood there is among the best now, or among none.
        self._keys[numbers, self._limit :] = 0
        self._held[numbers] = self._limit
        # The total of the worst key, as `__getitem__` reads it.
        self._least[numbers] = (rows[:, spare] - 1) // len(self._others.ids)

    def _key(self, others: Ints, totals: Ints) -> Ints:
        # Orders by total, then by id; never 0 for a total above 0.
        return totals * len(self._others.ids) + (len(self._others.ids) - self._others.ranks[others])

    def __getitem__(self, one: Key) -> tuple[Ranked, ...]:
        number = self._numbers[one]
        keys = -np.sort(-self._keys[number])[: self._limit]
        totals, behind = np.divmod(keys[keys > 0] - 1, len(self._others.ids))
        found = []
        for total, place in zip(totals.tolist(), behind.tolist(), strict=True):
            other = self._others.ids[len(self._others.ids) - 1 - place]
            need_id, citizen_id = (one, other) if self._needs else (other, one)
            found.append(Ranked(need_id=NeedId(need_id), citizen_id=CitizenId(citizen_id), total=total / 100))
        return tuple(found)

    @cached_property
    def _numbers(self) -> dict[Key, int]:
        return {one: at for at, one in enumerate(self._ids)}

    def __iter__(self) -> Iterator[Key]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __repr__(self) -> str:
        return f"TopK({dict(self)!r})"
