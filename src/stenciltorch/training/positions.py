"""Which examples each process draws."""

from __future__ import annotations

from collections.abc import Iterator


class Shares:
    """One rank's share of every batch from step `first` up to `last`: lists of positions, for a DataLoader.

    Step s trains on the positions s * batch .. (s + 1) * batch - 1, however many ranks and workers there are.
    """

    def __init__(self, first: int, last: int, batch: int, part: slice) -> None:
        self.first, self.last, self.batch, self.part = first, last, batch, part

    def __iter__(self) -> Iterator[list[int]]:
        for step in range(self.first, self.last):
            yield list(range(step * self.batch, (step + 1) * self.batch)[self.part])

    def __len__(self) -> int:
        return max(0, self.last - self.first)
