"""Attack book: what a release says of each true count, gathered under the count's identity.

Figures come in as they were read (`released`); relations between counts are written in by `attack_relations` and
`attack_values`. Nothing here has seen a row: whatever is concluded is concluded from published text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from srp_lib import periods
from srp_lib.release.attack import Count, Relation, contradicted
from srp_lib.release.released_names import is_local, months_of
from srp_lib.release.released_numbers import COUNT, SHARE, Figure, Rule, opaque

WITHHELD, COMPLEMENT, UNBASED = "withheld", "complement", "beside a share, rate or change whose base is not known"
PLAIN, UNROUNDED = "printed as it is", "not rounded"  # protected counts to which protection was not applied
UNKNOWN_TABLE = "of a table or a column that is not known"
REVISED = "a figure that the earlier release gives otherwise: revised since"
TWO_VALUES = "a figure that seems to be the same number as another and is not"
SOURCE = re.compile(r"[^,]*")
TOLERANCE = 1e-7  # of numbers written to ten digits
EARLIER = "earlier release: "
UNKNOWN = 10_000_000  # more than any count of a release


class Identity(NamedTuple):
    """Which count: `period` has its months joined by + where it is known which they are."""

    subject: str
    group: str
    place: str
    period: str

    @property
    def name(self) -> str:
        """The identity as one text."""
        return "|".join(self)

    @property
    def months(self) -> frozenset[str]:
        """The months that the count is over; none where they can't be told."""
        return _set_of(self.period)

    @property
    def groups(self) -> tuple[str, ...]:
        """Its categories, each "breakdown: category"."""
        return tuple(self.group.split("; ")) if self.group else ()


@dataclass(frozen=True)
class Target:
    """A count that is attacked: its name, the cell where it stands or that it follows from, and what makes it one."""

    name: str
    where: str
    cell: str
    kind: str


@dataclass(frozen=True)
class Knowledge:
    """All that is known: counts, relations, what is attacked, names of rounded counts, and what was not used and why.

    `unbased` are withheld counts beside which a figure is printed that would tell them to whoever knows its base;
    `bare` are protected counts that are printed small, or as they are, and tables of which nobody can vouch.
    """

    counts: tuple[Count, ...]
    relations: tuple[Relation, ...]
    targets: tuple[Target, ...]
    rounded: tuple[str, ...]
    unused: Mapping[str, int]
    unbased: tuple[Target, ...] = ()
    bare: tuple[Target, ...] = ()


@dataclass
class Known:
    """The range of one count and the figures that show it.

    Where none does, the figure that it was `made` from, and the numbers that this one is of (`told`).
    """

    low: float
    high: float
    protected: bool
    figures: list[Figure] = field(default_factory=list)
    made: Figure | None = None
    told: frozenset[float] = frozenset()

    @property
    def withheld(self) -> bool:
        """Whether some figure of it is withheld."""
        return any(figure.withheld for figure in self.figures)

    def shown(self) -> set[float]:
        """The numbers that are printed for it, or that a printed share is of."""
        return self.told | {number(figure.text) for figure in self.figures if not figure.withheld}


@dataclass
class Book:
    """All that is known while it is gathered."""

    rule: Rule
    known: dict[Identity, Known] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    unused: Counter[str] = field(default_factory=Counter)
    unbased: list[Target] = field(default_factory=list)
    tables: dict[str, list[Identity]] = field(default_factory=lambda: defaultdict(list))
    shares: dict[tuple[str, Identity], Figure] = field(default_factory=dict)
    strange: dict[str, Target] = field(default_factory=dict)

    def read(self, figures: Iterable[Figure], earlier: bool = False) -> None:
        """Take in the counts among `figures`; those of an `earlier` release give way where they differ."""
        figures = list(figures)
        guarded = any(one.protected for one in figures)
        for one in figures:
            if guarded and opaque(one) and not earlier:
                self.strange.setdefault(one.where, Target("", one.where, one.cell, UNKNOWN_TABLE))
            if one.kind not in (COUNT, SHARE) or one.low is None:
                continue
            if guarded and not one.protected and is_local(one.subject, one.place):
                one = replace(one, protected=True)
            figure = replace(one, where=f"{EARLIER}{one.where}") if earlier else one
            if figure.kind == COUNT and float(figure.low).is_integer():
                self._take(figure, identity(figure), earlier)
            if figure.kind == SHARE and figure.high is not None:
                self.shares[figure.where, identity(figure)] = figure

    def _take(self, figure: Figure, key: Identity, earlier: bool) -> None:
        high = UNKNOWN if figure.high is None else figure.high
        if key not in self.known:
            self.known[key] = Known(figure.low, high, figure.protected)
        held = self.known[key]
        low, high = max(held.low, figure.low), min(held.high, high)
        if low > high and earlier:
            self.unused[REVISED] += 1
            return
        if low > high:
            self.unused[TWO_VALUES] += 1
            self._take(figure, key._replace(group=f"{key.group}; as in {figure.where}, {figure.cell}, {figure.text}"), earlier)  # fmt: skip
            return
        held.low, held.high, held.protected = low, high, held.protected or figure.protected
        held.figures.append(figure)
        self.tables[figure.where].append(key)

    def make(self, key: Identity, high: float, of: Sequence[Identity]) -> None:
        """A count that no figure shows, from 0 to `high`; what it is left over from are the counts `of`."""
        if key not in self.known:
            whole = self.known[of[0]]
            protected = any(self.known[one].protected for one in of if one in self.known)
            self.known[key] = Known(0, high, protected, made=whole.figures[0] if whole.figures else whole.made)

    def add(self, whole: Identity, parts: Iterable[Identity], why: str, sure: bool = False) -> None:
        """The relation that a whole is the sum of its parts; parts that no figure shows are made."""
        parts = list(parts)
        for part in parts:
            self.make(part, self.known[whole].high, [whole, *parts])
        terms = ((whole.name, -1.0), *((part.name, 1.0) for part in parts))
        self.relations.append(Relation(terms, 0.0, 0.0, why, sure))

    def fits(self, whole: Identity, parts: Iterable[Identity]) -> tuple[bool, bool]:
        """Whether the parts can come to no more than the whole, and to no less."""
        held, some = self.known[whole], [self.known[part] for part in parts]
        return sum(one.low for one in some) <= held.high, sum(one.high for one in some) >= held.low

    def is_share(self, where: str, part: Identity, whole: Identity) -> bool:
        """Whether a table gives a share of the part that is its share of just this whole, as both are shown."""
        share = self.shares.get((where, part))
        shown = [(top, base) for top in self.known[part].shown() for base in self.known[whole].shown() if base]
        return share is not None and any(gives(100 * top / base, share) for top, base in shown)

    def closed(self) -> Knowledge:
        """What is known, less relations that can't all hold."""
        counts = tuple(Count(key.name, int(one.low), int(one.high)) for key, one in self.known.items())
        relations, lost = self.relations, [0]
        while lost:
            lost = contradicted(counts, relations)
            self.unused.update(relations[at].why for at in lost)
            relations = [relation for at, relation in enumerate(relations) if at not in set(lost)]
        rounded = tuple(key.name for key, one in self.known.items() if one.protected and one.figures and not one.withheld and one.low < one.high)  # fmt: skip
        return Knowledge(
            counts,
            tuple(relations),
            tuple(self._targets()),
            rounded,
            dict(self.unused),
            tuple(self.unbased),
            tuple(self._bare()),
        )

    def _bare(self) -> Iterable[Target]:
        """Protected counts of this release that are printed as they are, and what is of no table that is known."""
        yield from self.strange.values()
        for key, one in self.known.items():
            shown = (figure for figure in one.figures if one.protected and not figure.withheld and figure.low == figure.high)  # fmt: skip
            for figure in shown:
                if figure.where.startswith(EARLIER):
                    continue
                if self.rule.plain(figure.low):
                    yield Target(key.name, figure.where, figure.cell, PLAIN)
                elif self.rule.unrounded(figure.low):
                    yield Target(key.name, figure.where, figure.cell, UNROUNDED)

    def _targets(self) -> Iterable[Target]:
        for key, one in self.known.items():
            for figure in one.figures:
                if figure.withheld:
                    yield Target(key.name, figure.where, figure.cell, WITHHELD)
            if one.made and one.protected:
                yield Target(key.name, one.made.where, one.made.cell, COMPLEMENT)


def gives(value: float, figure: Figure) -> bool:
    """Whether a value is a figure's, to the precision that it is printed to."""
    slack = TOLERANCE * max(1.0, abs(value))
    return figure.low - slack <= value <= figure.high + slack


def identity(figure: Figure) -> Identity:
    """Which number a figure is."""
    return Identity(figure.subject, figure.group, figure.place, _months(figure.period))


def number(text: str) -> float:
    """The number of a count as printed."""
    found = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    return float(found[0].replace(",", "")) if found else float("nan")


@cache
def _set_of(period: str) -> frozenset[str]:
    parts = period.split("+")
    return frozenset(parts if all(re.fullmatch(periods.MONTH, part) for part in parts) else ())


@cache
def _months(code: str) -> str:
    """A period's months joined by +, so that two codes of the same months are alike; the code itself where they can't be told."""
    whole, _, gone = code.partition(" less ")
    months = [month for month in months_of(whole) if month not in gone.split("+")]
    return "+".join(months) or code
