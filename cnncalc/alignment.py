"""Two sequences side by side: where the same keys stand in the same order."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence

EDITS = 1500
EFFORT = 10**7
"""So many insertions and deletions are looked for, and so many comparisons made; with more, names have to do."""

Keys = Sequence[Hashable]
Matches = list[tuple[int, int]]
"""Positions on either side, in order."""


def once(before: Keys, after: Keys) -> Matches:
    """Where keys stand that are found once on either side: the longest part that is in order (as in patience diff)."""
    here, there = Counter(before), Counter(after)
    places = {key: j for j, key in enumerate(after) if there[key] == 1}
    ends: list[int] = []
    found: Matches = []
    links: list[int] = []
    last: list[int] = []
    for i, key in enumerate(before):
        j = places.get(key)
        if j is None or here[key] > 1:
            continue
        length = bisect_left(ends, j)
        links.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(j)
            last.append(len(found))
        else:
            ends[length], last[length] = j, len(found)
        found.append((i, j))
    return _chain(found, links, last[-1] if last else -1)


def _chain(found: Matches, links: list[int], at: int) -> Matches:
    way = []
    while at >= 0:
        way.append(found[at])
        at = links[at]
    return way[::-1]


def most_alike(before: Keys, after: Keys) -> Matches:
    """As many equal keys as there are in one order on both sides; none where that takes too long to find."""
    # The ends first: in a chain of conv, relu, conv, relu, … others would do as well, and would look shifted.
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    n, m = len(before) - tail, len(after) - tail
    inner = _shortest_edit(before[head:n], after[head:m])
    return [
        *((k, k) for k in range(head)),
        *((head + i, head + j) for i, j in inner),
        *((n + k, m + k) for k in range(tail)),
    ]


def _alike(before: Keys, after: Keys) -> int:
    """How many agree from the start on."""
    pairs = enumerate(zip(before, after))
    return next((k for k, (x, y) in pairs if x != y), min(len(before), len(after)))


def _shortest_edit(before: Keys, after: Keys) -> Matches:
    """What is left alone by the fewest insertions and deletions (Myers 1986, An O(ND) difference algorithm)."""
    n, m = len(before), len(after)
    if not (n and m):
        return []
    reach = {1: 0}
    steps: list[dict[int, int]] = []
    for edits in range(min(n + m, EDITS, EFFORT // (n + m)) + 1):
        steps.append({})
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and reach[k - 1] < reach[k + 1])
            x = reach[k + 1] if down else reach[k - 1] + 1
            while x < n and x - k < m and before[x] == after[x - k]:
                x += 1
            reach[k] = steps[-1][k] = x
            if x >= n and x - k >= m:
                return _kept(steps, k)
    return []


def _kept(steps: list[dict[int, int]], k: int) -> Matches:
    """The way back through the steps: what each of them passed over unchanged."""
    way: Matches = []
    for edits in range(len(steps) - 1, -1, -1):
        x = steps[edits][k]
        start = 0
        if edits:
            before = steps[edits - 1]
            down = k == -edits or (k != edits and before[k - 1] < before[k + 1])
            step = k + 1 if down else k - 1
            start = before[step] + (not down)
        way += ((i, i - k) for i in range(x - 1, start - 1, -1))
        k = step if edits else k
    return way[::-1]
