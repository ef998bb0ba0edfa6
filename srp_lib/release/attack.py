"""Attack: how far published figures pin down counts that were withheld.

Pure numbers. A count is a whole number of which a range is published; a relation is what whoever reads the release
knows of several counts together, such as a total of parts or a share of a known base. `feasible` gives the smallest
and the largest value that a count can have, given all of it.

Method: METHODS.md, "Disclosure attack"; the attacker's linear programme of Fischetti & Salazar (2003), "Partial cell
suppression", Statistics and Computing 13, solved in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse.csgraph import connected_components

ROUNDS = 60  # of tightening; where bounds creep on, the programmes finish what it leaves
TURNS = 5  # of pushing all columns at once
NODES = 5_000  # of a search for whole numbers: a bound on work that is the same on every machine
CLOSE = 1e-6  # what the solver takes for equal
SURE = 1_000.0  # how much dearer it is to give up a relation that is sure than one that is assumed
FOUND, INFEASIBLE = 0, 2  # the solver's words

Range = tuple[int, int]
Done = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Count:
    """What is published of one true whole number: it is from `low` to `high`, both included."""

    name: str
    low: int
    high: int


@dataclass(frozen=True)
class Relation:
    """What is known of several counts together: `low` <= the sum of coefficient times count <= `high`.

    `terms` are pairs of a count's name and its coefficient; `why` says in words how one knows. A relation that is
    `sure` is given up last where not all can hold.
    """

    terms: tuple[tuple[str, float], ...]
    low: float
    high: float
    why: str
    sure: bool = False


class Ranges(dict[str, "Range | None"]):
    """The smallest and the largest whole number that each count can be, by name; None where nothing fits.

    `unfinished` are the counts of which a search was given up before its end: their ranges are only as wide as numbers
    that were found to fit, and may be wider or not.
    """

    unfinished: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _System:
    """Relations as a matrix, a row each, over counts as columns; the bounds of rows and of columns."""

    matrix: sparse.csr_array
    row_low: np.ndarray
    row_high: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def part(self, columns: np.ndarray) -> _System:
        """The rows that tie these columns together, all others in them being fixed and taken into the rows' bounds."""
        rows = np.unique(self.matrix[:, columns].tocoo().coords[0])
        own = self.matrix[rows]
        rest = self.low.copy()
        rest[columns] = 0
        known = own @ rest
        return _System(
            own[:, columns].tocsr(),
            self.row_low[rows] - known,
            self.row_high[rows] - known,
            self.low[columns],
            self.high[columns],
        )


def feasible(
    counts: Sequence[Count], relations: Sequence[Relation], wanted: Iterable[str], done: Done | None = None
) -> Ranges:
    """The smallest and the largest whole number that each of `wanted` can be, by name; None where nothing fits.

    With `done`, which is given how low and how high each is known to go (arrays in the order of `wanted`), those of
    which it says so are followed no further, and given as far as they were. A contradiction only touches the counts
    that relations tie to it. Raises ValueError for a count that is there twice, for a name that is not among
    `counts` and for a relation of none.
    """
    place = _places(counts)
    names = list(dict.fromkeys(wanted))
    system = _system(counts, relations, place)
    columns = np.array([_column(place, name) for name in names], dtype=int)
    tied, (tight, broken) = _components(system), _tightened(system)
    sound = ~np.isin(tied, tied[broken])
    ends = _Ends.of(tight, columns, done)
    _push_all(tight, columns, ends, sound)
    labels = _components(tight)
    for label in dict.fromkeys(labels[columns[ends.open().any(axis=0) & sound[columns]]]):
        members, inside = np.flatnonzero(labels == label), labels[columns] == label
        if not _settle(tight.part(members), np.searchsorted(members, columns[inside]), ends, inside):
            sound[members] = False
    low, high = ends.found()
    ranges = Ranges(
        {name: (int(low[at]), int(high[at])) if sound[columns[at]] else None for at, name in enumerate(names)}
    )
    ranges.unfinished = frozenset(name for name, given_up in zip(names, ends.unfinished()) if given_up)
    return ranges


def contradicted(counts: Sequence[Count], relations: Sequence[Relation]) -> tuple[int, ...]:
    """Which relations, by their places, to give up so that all others can hold; none where nothing contradicts.

    What is given up misses by as little as can be, and `sure` relations go last. Where the solver can't say, none is
    given up, so that `feasible` finds that nothing fits. Raises ValueError as `feasible`.
    """
    system = _system(counts, relations, _places(counts))
    if not relations or not _is_empty(system):
        return ()
    weights = np.array([SURE if relation.sure else 1.0 for relation in relations])
    labels, given_up = _components(system), []
    for label in dict.fromkeys(labels[system.low < system.high]):
        members = np.flatnonzero(labels == label)
        rows = np.unique(system.matrix[:, members].tocoo().coords[0])
        part = system.part(members)
        if len(rows) and _is_empty(part):
            given_up += rows[_misses(part, weights[rows]) > CLOSE].tolist()
    known = system.matrix @ system.low
    fixed = ~np.isin(np.arange(len(relations)), system.matrix[:, system.low < system.high].tocoo().coords[0])
    wrong = fixed & ((known < system.row_low - CLOSE) | (known > system.row_high + CLOSE))
    return tuple(sorted({*given_up, *np.flatnonzero(wrong).tolist()}))


def _places(counts: Sequence[Count]) -> dict[str, int]:
    place = {count.name: at for at, count in enumerate(counts)}
    if len(place) != len(counts):
        raise ValueError("A count is there twice: put what is known of it together first.")
    return place


def _column(place: dict[str, int], name: str) -> int:
    if name not in place:
        raise ValueError(f"Nothing is known of a count called '{name}': give its range first.")
    return place[name]


def _system(counts: Sequence[Count], relations: Sequence[Relation], place: dict[str, int]) -> _System:
    if any(not relation.terms for relation in relations):
        raise ValueError("A relation needs at least one count.")
    terms = [(row, name, value) for row, relation in enumerate(relations) for name, value in relation.terms]
    cells = ([row for row, _, _ in terms], [_column(place, name) for _, name, _ in terms])
    values = np.array([value for _, _, value in terms], dtype=float)
    matrix = sparse.coo_array((values, cells), shape=(len(relations), len(counts))).tocsr()
    bounds = [np.array([getattr(one, side) for one in of], dtype=float) for of in (relations, counts) for side in ("low", "high")]  # fmt: skip
    return _System(matrix, *bounds)


def _components(system: _System) -> np.ndarray:
    """A label for each column: alike where relations tie columns together. A column that is fixed ties nothing."""
    cells, (rows, columns) = system.matrix.tocoo(), system.matrix.shape
    open_cells = (system.low < system.high)[cells.coords[1]]
    ends = (cells.coords[1][open_cells], columns + cells.coords[0][open_cells])
    graph = sparse.coo_array((np.ones(len(ends[0])), ends), shape=(rows + columns,) * 2)
    return connected_components(graph, directed=False)[1][:columns]


def _tightened(system: _System) -> tuple[_System, np.ndarray]:
    """The system with columns' bounds as tight as row after row makes them, and the columns where that crosses them."""
    cells = system.matrix.tocoo()
    (row, column), value = (end[cells.data != 0] for end in cells.coords), cells.data[cells.data != 0]
    low, high, rows = system.low.copy(), system.high.copy(), system.matrix.shape[0]
    broken = np.zeros(len(low), dtype=bool)
    for _ in range(ROUNDS):
        ends = np.where(value > 0, (low[column], high[column]), (high[column], low[column])) * value
        least, most = (np.bincount(row, end, rows) for end in ends)
        over = (system.row_high[row] - (least[row] - ends[0])) / value
        under = (system.row_low[row] - (most[row] - ends[1])) / value
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, column, np.ceil(np.where(value > 0, under, over) - CLOSE))
        np.minimum.at(new_high, column, np.floor(np.where(value > 0, over, under) + CLOSE))
        crossed = new_low > new_high
        broken |= crossed
        new_low[broken], new_high[broken] = low[broken], high[broken]
        if (new_low == low).all() and (new_high == high).all():
            break
        low, high = new_low, new_high
    return _System(system.matrix, system.row_low, system.row_high, low, high), broken


def _solve(system: _System, aim: np.ndarray) -> OptimizeResult:
    """The whole numbers within all bounds for which the sum of `aim` times them is least."""
    rows = LinearConstraint(system.matrix, system.row_low - CLOSE, system.row_high + CLOSE)
    options = {"node_limit": NODES, "mip_rel_gap": 0.0}
    bounds = Bounds(system.low, system.high)
    return milp(aim, integrality=np.ones(len(aim)), bounds=bounds, constraints=rows, options=options)


def _is_empty(system: _System) -> bool:
    """Whether it is certain that no whole numbers fit."""
    return _solve(system, np.zeros(len(system.low))).status == INFEASIBLE


def _misses(system: _System, weights: np.ndarray) -> np.ndarray:
    """By how much each row is missed where the misses, times `weights`, are least; nothing where the solver gives up."""
    rows, columns = system.matrix.shape
    slack = sparse.eye_array(rows)
    wide = sparse.hstack([system.matrix, slack, -slack]).tocsr()
    low = np.concatenate([system.low, np.zeros(2 * rows)])
    high = np.concatenate([system.high, np.full(2 * rows, np.inf)])
    aim = np.concatenate([np.zeros(columns), weights, weights])
    whole = np.concatenate([np.ones(columns), np.zeros(2 * rows)])
    limits = LinearConstraint(wide, system.row_low, system.row_high)
    found = milp(aim, integrality=whole, bounds=Bounds(low, high), constraints=limits, options={"node_limit": NODES})
    if found.x is None:
        return np.zeros(rows)
    return found.x[columns : columns + rows] + found.x[columns + rows :]


@dataclass
class _Ends:
    """How far columns go to both sides: a row for the low side and one for the high side, a column for each.

    Whole numbers that fit show how far a column can go at least (`reached`); bounds show what it can't pass (`limit`).
    `given_up` are the sides of which the solver did not find the end within its nodes.
    """

    reached: np.ndarray
    limit: np.ndarray
    given_up: np.ndarray
    done: Done | None

    @classmethod
    def of(cls, system: _System, columns: np.ndarray, done: Done | None) -> _Ends:
        """Nothing reached yet, and the bounds as they are; what is fixed is reached."""
        limit = np.array([system.low[columns], system.high[columns]])
        unknown = np.array([[np.inf], [-np.inf]]) * np.ones(len(columns))
        return cls(np.where(limit[0] == limit[1], limit, unknown), limit, np.zeros(limit.shape, dtype=bool), done)

    def open(self) -> np.ndarray:
        """Which sides still have to be followed."""
        return (self.reached != self.limit) & ~self.given_up & ~self._followed()

    def found(self) -> np.ndarray:
        """The ends found: those reached where no more was asked for or a search was given up, else the bounds."""
        told = self._followed() | (self.given_up & np.isfinite(self.reached))
        return np.where(told, self.reached, self.limit)

    def unfinished(self) -> np.ndarray:
        """Of which columns an end is not known that was asked for."""
        return (self.given_up & (self.reached != self.limit)).any(axis=0) & ~self._followed()

    def take(self, inside: np.ndarray, numbers: np.ndarray) -> None:
        """Numbers that fit together, for the columns `inside`."""
        low, high = self.reached[:, inside]
        self.reached[:, inside] = np.minimum(low, numbers), np.maximum(high, numbers)

    def _followed(self) -> np.ndarray:
        if self.done is None:
            return np.zeros(self.reached.shape[1], dtype=bool)
        return self.done(*self.reached) & np.isfinite(self.reached[0])


def _push_all(system: _System, columns: np.ndarray, ends: _Ends, sound: np.ndarray) -> None:
    """Push the columns of all sound components at once, some up and some down, then the other way round.

    Which go up changes from turn to turn, so that columns that share a total make room for each other. Few are left
    to follow one by one.
    """
    members = np.flatnonzero(sound & (system.low < system.high))
    inside = np.flatnonzero(np.isin(columns, members))
    part = system.part(members)
    for turn in range(TURNS):
        left = inside[ends.open().any(axis=0)[inside]]
        at, ways = np.searchsorted(members, columns[left]), _ways(len(left), turn)
        for way in (ways, -ways) if len(left) else ():
            aim = np.zeros(len(members))
            aim[at] = way
            got = _solve(part, aim)
            if got.x is None:
                return
            ends.take(inside, np.rint(got.x)[np.searchsorted(members, columns[inside])])


def _ways(number: int, turn: int) -> np.ndarray:
    """Which way each column is pushed in a turn: all alike in the first, then in halves that look like chance."""
    draws = np.random.default_rng(turn).integers(0, 2, number) if turn else np.zeros(number)
    return 2.0 * draws - 1.0


def _settle(system: _System, at: np.ndarray, ends: _Ends, inside: np.ndarray) -> bool:
    """Follow the columns `at` of one component, those `inside` of `ends`, to their ends; False where nothing fits at all."""
    places = np.flatnonzero(inside)
    while (left := ends.open()[:, inside]).any():
        side = int(left[1].any())
        target, way = int(np.flatnonzero(left[side])[0]), (1.0, -1.0)[side]
        aim = np.zeros(len(system.low))
        aim[at[target]] = way
        got = _solve(system, aim)
        if got.status == INFEASIBLE:
            return False
        if got.x is not None:
            ends.take(places, np.rint(got.x)[at])
        if got.status == FOUND:
            bound = got.fun if got.mip_dual_bound is None else got.mip_dual_bound
            end = way * np.ceil(bound - CLOSE)
            ends.limit[side, places[target]] = ends.reached[side, places[target]] = end
        else:
            ends.given_up[side, places[target]] = True
    return True
