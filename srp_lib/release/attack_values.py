"""Attack values: what printed shares, rates, changes and intervals say of the true counts behind them.

A figure that the published counts give to its printed precision says nothing new. One that they do not give, or whose
count is withheld, bounds the true counts, as far as its base is in the release.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf

from srp_lib.rates import count_interval, wilson_interval
from srp_lib.release.attack import Relation
from srp_lib.release.attack_book import TOLERANCE, UNBASED, Book, Identity, Known, Target, gives, identity
from srp_lib.release.released_facts import FILE as FACTS
from srp_lib.release.released_names import RESIDENTS
from srp_lib.release.released_numbers import CHANGE, COUNT, RATE, SHARE, Figure

VALUE = "a share, rate or change of counts that are known"
INTERVAL = "an interval that one count alone gives"
REST = "a part of a whole, and the rest of it"
NO_BASE = "a share, rate or change whose base is not in the release"
PER = (1_000.0, 100_000.0, 10_000.0, 100.0)
ENDS = ("lower", "upper")

Place = tuple[str, str, str, str]


@dataclass
class _Printed:
    """The figures of a release by where they stand, to find a figure's base and interval."""

    counts: dict[Place, list[Figure]] = field(default_factory=lambda: defaultdict(list))
    tables: dict[str, list[Figure]] = field(default_factory=lambda: defaultdict(list))
    bases: dict[str, Figure] = field(default_factory=dict)
    ends: dict[str, dict[str, Figure]] = field(default_factory=lambda: defaultdict(dict))
    residents: dict[tuple[str, str], list[Identity]] = field(default_factory=lambda: defaultdict(list))


def values(book: Book, figures: Sequence[Figure]) -> None:
    """Write into the book what its shares, rates, changes and intervals say, and what a share leaves of its base."""
    printed = _printed(book, figures)
    for figure in figures:
        if figure.kind in (SHARE, RATE, CHANGE) and figure.protected:
            part = identity(figure)
            bases = [base for base in _bases(book, figure, part, printed) if base in book.known]
            if figure.kind == SHARE and bases:
                _share(book, figure, part, bases[0])
            _value(book, figure, part, bases)
    for where, ends in printed.ends.items():
        _interval(book, where, ends, printed)


def _printed(book: Book, figures: Iterable[Figure]) -> _Printed:
    printed = _Printed()
    for figure in figures:
        if figure.kind == COUNT:
            printed.counts[figure.where, figure.subject, figure.group, figure.place].append(figure)
            printed.tables[figure.where].append(figure)
            if figure.where.startswith(FACTS) and figure.cell == "denominator":
                printed.bases[figure.where] = figure
        if figure.protected and figure.where.startswith(FACTS) and figure.cell in (*ENDS, "value", "numerator"):
            printed.ends[figure.where][figure.cell] = figure
    for key in book.known:
        if key.subject == RESIDENTS:
            printed.residents[key.group, key.place].append(key)
    return printed


def _bases(book: Book, figure: Figure, part: Identity, printed: _Printed) -> Iterator[Identity]:
    """What a figure can be over, likeliest first."""
    own = printed.bases.get(figure.where)
    if own is not None:
        base = identity(own)
        same = figure.cell == "value" or figure.kind == CHANGE or base.subject == RESIDENTS
        yield base if same else base._replace(period=part.period)
    if figure.kind == CHANGE:
        beside = printed.counts[figure.where, figure.subject, figure.group, figure.place]
        yield from (identity(one) for one in beside if one.period != figure.period)
    elif figure.kind == RATE:
        yield from printed.residents[part.group, part.place]
    elif part.groups:
        beside = {identity(one) for one in printed.tables[figure.where]}
        wholes = [part._replace(group="; ".join(part.groups[:at])) for at in reversed(range(len(part.groups)))]
        hidden = part in book.known and book.known[part].withheld
        yield from (whole for whole in wholes if hidden or whole in beside)


def _share(book: Book, figure: Figure, part: Identity, base: Identity) -> None:
    """The part of a share, which need not be printed, and the rest of its base."""
    if part == base:
        return
    if part not in book.known:
        told = _implied(book, figure, base)
        low, high = _range_of(book, told) if told else (0, book.known[base].high)
        book.known[part] = Known(low, high, True, [figure] if figure.withheld else [], figure, told)
    rest = part._replace(group=f"all but {part.group or part.subject} of {base.subject}, {base.group}")
    if rest not in book.known and book.known[part].low <= book.known[base].high:
        book.known[rest] = Known(0, book.known[base].high, True, made=figure)
        book.add(base, (part, rest), REST)


def _implied(book: Book, figure: Figure, base: Identity) -> frozenset[float]:
    """The rounded counts that a printed share can be of, where its part is not printed."""
    if figure.low is None or figure.high is None or figure.withheld:
        return frozenset()
    step, found = book.rule.base, set()
    for shown in filter(None, book.known[base].shown()):
        first, last = floor(figure.low * shown / 100 / step), ceil(figure.high * shown / 100 / step)
        found |= {at * step for at in range(max(first, 0), last + 1) if gives(100 * at * step / shown, figure)}
    return frozenset(found)


def _range_of(book: Book, rounded: Iterable[float]) -> tuple[float, float]:
    ends = [book.rule.count(one, True) for one in rounded]
    return min(low for low, _ in ends), max(high for _, high in ends)


def _value(book: Book, figure: Figure, part: Identity, bases: Sequence[Identity]) -> None:
    """The bounds that a printed value sets, unless the published counts give it."""
    if figure.low is None or figure.high is None or part not in book.known:
        return
    held = book.known[part]
    if not bases:
        book.unused[NO_BASE] += 1
        if held.withheld and not figure.withheld:
            book.unbased.append(Target(part.name, figure.where, figure.cell, UNBASED))
        return
    if held.made is not None and not held.figures and (held.told or figure.kind != SHARE):
        return
    if any(_known_already(figure, held, book.known[base]) for base in bases):
        return
    per = _per(figure, held, book.known[bases[0]])
    for base in bases[:1] if per else ():
        ends = _ends_printed(figure, held, book.known[base], per)
        low, high = ((end + 100 if figure.kind == CHANGE else end) / per for end in ends)
        slack = TOLERANCE * max(1.0, held.high)
        book.relations.append(Relation(((part.name, 1.0), (base.name, -low)), -slack, inf, VALUE))
        book.relations.append(Relation(((part.name, 1.0), (base.name, -high)), -inf, slack, VALUE))


def _ends_printed(figure: Figure, part: Known, base: Known, per: float) -> tuple[float, float]:
    """What a figure says of the true one: all its ten digits, or where no whole part gives those, the digits printed."""
    add = 100 if figure.kind == CHANGE else 0
    first, last = ((end + add) * base.low / per for end in (figure.low, figure.high))
    if (
        base.low < base.high
        or figure.high - figure.low > TOLERANCE
        or floor(last + TOLERANCE) >= ceil(first - TOLERANCE)
    ):
        return figure.low, figure.high
    half = 0.5 * 10.0 ** -len(figure.text.partition(".")[2])
    middle = (figure.low + figure.high) / 2
    return middle - half, middle + half


def _known_already(figure: Figure, part: Known, base: Known) -> bool:
    """Whether the published counts give the figure to its printed precision."""
    return any(
        gives(value, figure)
        for top in part.shown()
        for under in base.shown()
        if under
        for value in _made_of(figure, top, under)
    )


def _made_of(figure: Figure, part: float, base: float) -> tuple[float, ...]:
    if figure.kind == CHANGE:
        return (100 * part / base - 100,)
    return (100 * part / base,) if figure.kind == SHARE else tuple(per * part / base for per in PER)


def _per(figure: Figure, part: Known, base: Known) -> float | None:
    """What a rate is per: the first of the usual bases with which it can be of these counts at all; None for none."""
    if figure.kind != RATE:
        return 100.0
    fits = (
        per
        for per in PER
        if figure.low * base.low / per <= part.high + 0.5 and figure.high * base.high / per >= part.low - 0.5
    )
    return next(fits, None)


def _interval(book: Book, where: str, ends: dict[str, Figure], printed: _Printed) -> None:
    """A count that an interval gives away: the only one in its range whose own interval is the one printed."""
    value = ends.get("value")
    if value is None or value.kind not in (COUNT, RATE, SHARE) or not {*ENDS} <= ends.keys():
        return
    part, own = identity(value), printed.bases.get(where)
    if part not in book.known or value.withheld or (value.kind != COUNT and own is None):
        return
    held, base = book.known[part], None if own is None else book.known.get(identity(own))
    target = tuple((ends[end].low + ends[end].high) / 2 for end in ENDS)
    if any(_same(_ends_of(value.kind, top, under), target) for top in held.shown() for under in _tried(base, False)):
        return
    tried = range(int(held.low), int(min(held.high, held.low + 1000)) + 1)
    found = [top for top in tried for under in _tried(base, True) if _same(_ends_of(value.kind, top, under), target)]
    if found:
        book.relations.append(Relation(((part.name, 1.0),), min(found), max(found), INTERVAL))


def _tried(base: Known | None, true: bool) -> Iterable[float]:
    """The bases to try: those that are printed, or all that may be `true`."""
    if base is None:
        return (1.0,)
    return range(int(base.low), int(min(base.high, base.low + 20)) + 1) if true else base.shown()


def _ends_of(kind: str, part: float, base: float) -> tuple[float, float]:
    if kind == SHARE:
        low, high = wilson_interval(part, base) if 0 <= part <= base and base else (inf, inf)
        return 100 * float(low), 100 * float(high)
    low, high = count_interval(part)
    return float(low) / base, float(high) / base


def _same(got: tuple[float, float], told: tuple[float, float]) -> bool:
    """Whether an interval is the one told, whatever number of people a rate is per."""
    return any(
        all(abs(per * one - two) <= TOLERANCE * max(1.0, abs(two)) for one, two in zip(got, told))
        for per in (1.0, *PER)
    )
