"""Which record belongs to which: from the types of the records of a chunk, in the order of the file.

    >>> import numpy as np
    >>> from adapters.cobol.families import hang
    >>> tree = (-1, 0, 1)                                     # a company, departments below it, people below those
    >>> found = hang(tree, np.array([0, 1, 2, 2, 1, 0, 2]))
    >>> found.parents.tolist(), found.roots.tolist(), found.orphans.tolist()
    ([-1, 0, 1, 1, 0, -1, -1], [0, 0, 0, 0, 0, 5, 5], [False, False, False, False, False, False, True])

A record belongs to the last record of the type above its own, as long as that is open: no other record of a type
further above has come since. ``gathered`` sees to it that a family is never cut between two chunks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from adapters.cobol.frames import Chunk

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNKNOWN = -1
"""The type of a record that is of none."""


@dataclass(frozen=True)
class Families:
    """By record: the row of its parent, and of the root of its family, or -1; whether its parent is not there."""

    parents: Ints
    roots: Ints
    orphans: Bools


def hang(tree: Sequence[int], kinds: Ints) -> Families:
    """Return how records hang together; ``tree`` has the type above each type, -1 above a root, parents first.

    A record of unknown type, or without a parent, stands in the family before it, if the root of that may have
    children at all.
    """
    rows = np.arange(len(kinds), dtype=np.int64)
    if max(tree) < 0:
        nowhere = np.full(len(kinds), -1, dtype=np.int64)
        return Families(nowhere, np.where(kinds == UNKNOWN, -1, rows), np.zeros(len(kinds), dtype=np.bool_))
    last = {number: np.maximum.accumulate(np.where(kinds == number, rows, -1)) for number in range(len(tree))}
    heads = [number for number, above in enumerate(tree) if above < 0]
    roots = np.max([last[number] for number in heads], axis=0) if len(rows) else rows
    parents = np.full(len(kinds), -1, dtype=np.int64)
    orphans = np.zeros(len(kinds), dtype=np.bool_)
    for number, above in enumerate(tree):
        if above < 0:
            continue
        here = np.flatnonzero(kinds == number)
        found = last[above][here]
        open_ = (found >= 0) & (roots[here] >= 0)
        at = above
        while at >= 0:
            open_ &= last[at][here] == last[at][found]
            at = tree[at]
        open_ &= (roots[here] == roots[found]) & ~orphans[found]
        parents[here] = np.where(open_, found, -1)
        orphans[here[~open_]] = True
    barren = _barren(tree)
    alone = (orphans | (kinds == UNKNOWN)) & (roots >= 0)
    alone[alone] = barren[kinds[roots[alone]]]
    return Families(parents, np.where(alone, -1, roots), orphans)


def _barren(tree: Sequence[int]) -> Bools:
    """By type: whether nothing can stand below it."""
    return np.array([number not in tree for number in range(len(tree))])


@dataclass
class Portion:
    """Whole families: their records, the number of the first, their types; and what grew too large before them.

    ``monsters`` are (root as a chunk of its own, its number, its type, how many records stand below it).
    """

    chunk: Chunk
    first: int
    kinds: Ints
    monsters: list[tuple[Chunk, int, int, int]] = field(default_factory=list)


def gathered(
    numbered: Iterable[tuple[Chunk, int]], sort: Callable[[Chunk], Ints], tree: Sequence[int], most: int
) -> Iterator[Portion]:
    """Yield the records of chunks again so that no family is cut, always at the same places for the same bytes.

    A family is held until the next root comes. Of one that has more than ``most`` records below its root, only the
    root is kept and the others are counted. ``tree`` is that of ``hang``.
    """
    is_root, barren = np.array([*(above < 0 for above in tree), False]), _barren(tree)
    held: list[tuple[Chunk, Ints]] = []
    first = count = 0
    monsters: list[tuple[Chunk, int, int, int]] = []
    for chunk, number in numbered:
        kinds = sort(chunk)
        heads = np.flatnonzero(is_root[kinds])
        if not len(heads) and not count:
            yield Portion(chunk, number, kinds)
            continue
        end = int(heads[0]) if len(heads) else len(chunk)
        if count + end - 1 > most and count:
            held, count = [(held[0][0].part(0, 1), held[0][1][:1])], count + end
            if not len(heads):
                continue
            monsters.append((held[0][0], first, int(held[0][1][0]), count - 1))
            held, count = [], 0
            chunk, kinds, number, heads = chunk.part(end, len(chunk)), kinds[end:], number + end, heads - end
        if not len(heads):
            held, count = [*held, (chunk, kinds)], count + len(chunk)
            continue
        cut = len(chunk) if barren[kinds[heads[-1]]] else int(heads[-1])
        first = first if held else number
        held.append((chunk.part(0, cut), kinds[:cut]))
        if count + cut or monsters:
            yield _portion(held, first, monsters)
        monsters = []
        held = [(chunk.part(cut, len(chunk)), kinds[cut:])] if cut < len(chunk) else []
        first, count = number + cut, len(chunk) - cut
    if count > 1 and len(held) == 1 and len(held[0][0]) == 1:
        monsters.append((held[0][0], first, int(held[0][1][0]), count - 1))
        held = []
    if held or monsters:
        yield _portion(held, first, monsters)


def _portion(held: list[tuple[Chunk, Ints]], first: int, monsters: list[tuple[Chunk, int, int, int]]) -> Portion:
    chunks = [chunk for chunk, _ in held] or [Chunk.nothing()]
    kinds = [kinds for _, kinds in held] or [np.empty(0, dtype=np.int64)]
    return Portion(Chunk.joined(chunks), first, np.concatenate(kinds), monsters)
