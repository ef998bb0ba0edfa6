"""Attack relations: what a reader of a release knows of its counts together, because parts make up wholes.

Months make up years, wards the borough, neighbourhoods a ward, types all crime, categories of a table its whole; and
what is left of a whole when its published parts are taken away is a count too, though no figure shows it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from srp_lib.codelists import ASB, RECORDED, measures
from srp_lib.release.attack_book import EARLIER, Book, Identity, Knowledge, identity
from srp_lib.release.attack_values import values
from srp_lib.release.released_facts import FILE as FACTS
from srp_lib.release.released_names import RESIDENTS, street
from srp_lib.release.released_numbers import COUNT, OPAQUE, Figure, Rule

MONTHS = "months that make up a longer period"
PARTS = "categories that make up a whole"
REST = "categories, and the rest of their whole"
PLACES = "places that make up the borough"
NEIGHBOURHOODS = "neighbourhoods that make up a ward"
TYPES = "types that make up all crime"
UNALLOCATED = "Unallocated"
OTHERS = ("Other ", "Other, ", "All other ")
DISTINCT = (".victims", ".suspects")  # people, who count once in a year and again in each of its months
STOCK = (RESIDENTS,)  # what is counted on a day, and not over months
IN_WARD = re.compile(r"(?P<ward>[^(]+?) \((?P<code>\d{3}[A-Z][^)]*)\)")
NAMED = re.compile(r"\S.* (?P<code>\d{3}[A-Z]) \((?P<ward>[^)]+)\)")


def knowledge(figures: Sequence[Figure], earlier: Sequence[Figure] = (), rule: Rule | None = None) -> Knowledge:
    """What a reader of a release, and of an `earlier` one where it is given, knows of the counts in both.

    `rule` is the published rule of rounding (8 and 5 where none is given). Relations that can't all hold are taken
    out, as few as can be, and counted in `unused` by what they were taken for.
    """
    book = Book(rule or Rule(8, 5))
    book.read(figures)
    book.read(earlier, earlier=True)
    for one in (figures, earlier):
        values(book, one)
    _types(book)
    _periods(book)
    _groups(book)
    _places(book, [*figures, *earlier])
    return book.closed()


def _periods(book: Book) -> None:
    """Longer periods as sums of the shortest stretches that published ones cut time into; of places first."""
    families = _families(book, lambda key: key._replace(period=""))
    for family, keys in families.items():
        if family.place:
            _cut(book, keys)
    of_places = _families(book, lambda key: key._replace(place="", period=""), lambda key: bool(key.place))
    for family, keys in families.items():
        if not family.place:
            _cut(book, [*keys, *_lifted(book, keys, of_places.get(family, ()))])


def _cut(book: Book, keys: Sequence[Identity]) -> None:
    """Each period as the sum of stretches, a stretch being the months that the same periods cover."""
    if len(keys) < 2 or not _guarded(book, keys) or keys[0].subject.endswith((*DISTINCT, *STOCK)):
        return
    covering = defaultdict(list)
    for at, key in enumerate(keys):
        for month in key.months:
            covering[month].append(at)
    stretches = defaultdict(set)
    for month, at in covering.items():
        stretches[tuple(at)].add(month)
    for at, key in enumerate(keys):
        parts = [key._replace(period="+".join(sorted(months))) for held, months in stretches.items() if at in held]
        if parts != [key]:
            book.add(key, parts, MONTHS, sure=True)


def _lifted(book: Book, keys: Sequence[Identity], of_places: Iterable[Identity]) -> list[Identity]:
    """Periods that places have figures of and the borough has not, though its own months tell: made, of the borough."""
    single = {month: key for key in keys for month in key.months if len(key.months) == 1}
    made = []
    for whole in sorted({key._replace(place="") for key in of_places}):
        if whole not in book.known and whole.months <= single.keys():
            parts = [single[month] for month in sorted(whole.months)]
            book.make(whole, sum(book.known[one].high for one in parts), parts)
            book.known[whole].low = sum(book.known[one].low for one in parts)
            made.append(whole)
    return made


def _groups(book: Book) -> None:
    """Categories that stand in one table, or among the key facts, and the whole that they are categories of."""
    sources: dict[str, set[Identity]] = defaultdict(set)
    for where, keys in book.tables.items():
        sources[FACTS if where.removeprefix(EARLIER).startswith(FACTS) else where].update(
            key for key in keys if key.group
        )
    for source, keys in sorted(sources.items()):
        for (whole, _), parts in sorted(_siblings(keys).items()):
            if whole in book.known and len(parts) > 1 and _guarded(book, [whole, *parts]):
                _parted(book, whole, sorted(parts), source != FACTS and _complete(book, source, whole, parts))


def _siblings(keys: Iterable[Identity]) -> dict[tuple[Identity, tuple[str, ...]], set[Identity]]:
    """Categories by the whole that is left when one of their breakdowns is taken away, or all of them, and by which."""
    found: dict[tuple[Identity, tuple[str, ...]], set[Identity]] = defaultdict(set)
    for key in keys:
        names = tuple(group.partition(": ")[0] for group in key.groups)
        for at, name in enumerate(names):
            kept = (*key.groups[:at], *key.groups[at + 1 :])
            found[key._replace(group="; ".join(kept)), (name,)].add(key)
        if len(names) > 1:
            found[key._replace(group=""), names].add(key)
    return found


def _complete(book: Book, source: str, whole: Identity, parts: Collection[Identity]) -> bool:
    """Whether a table says that its categories are all: by one for the others, or by shares of this very whole."""
    if any(part.groups[-1].partition(": ")[2].startswith(OTHERS) for part in parts):
        return True
    return whole.subject.startswith(OPAQUE) or all(book.is_share(source, part, whole) for part in parts)


def _parted(book: Book, whole: Identity, parts: Sequence[Identity], complete: bool) -> None:
    """Categories that are all make up the whole where they can; others leave a rest, as single facts do."""
    under, over = book.fits(whole, parts)
    if under and over and complete:
        book.add(whole, parts, PARTS)
    elif under:
        rest = whole._replace(group="; ".join(("all but", *(part.group for part in parts))))
        book.add(whole, [*parts, rest], REST)


def _places(book: Book, figures: Iterable[Figure]) -> None:
    """Places that make up the borough, and neighbourhoods that make up a ward."""
    counts = [figure for figure in figures if figure.kind == COUNT and figure.place]
    lists = _whole_lists(book, counts)
    wards = _wards_of(counts)
    families = _families(book, lambda key: key._replace(place=""), lambda key: bool(key.place))
    for whole, keys in families.items():
        here = {key.place for key in keys}
        for places in lists:
            if places & here and whole.subject not in STOCK:
                _add_places(book, whole, [whole._replace(place=place) for place in sorted(places)], wards)


def _add_places(book: Book, whole: Identity, parts: Sequence[Identity], wards: Mapping[str, str]) -> None:
    if whole in book.known:
        loose = whole._replace(place=UNALLOCATED)
        book.add(whole, [*parts, *([loose] if loose in book.known else [])], PLACES)
    inside: dict[str, list[Identity]] = defaultdict(list)
    for part in parts:
        if part.place in wards:
            inside[wards[part.place]].append(part)
    for ward, some in sorted(inside.items()):
        held = whole._replace(place=ward)
        known = [part for part in some if part in book.known]
        if held in book.known and known:
            under, over = book.fits(held, known)
            if under and (over or len(known) < len(some)):
                book.add(held, some, NEIGHBOURHOODS)


def _whole_lists(book: Book, counts: Iterable[Figure]) -> list[frozenset[str]]:
    """Lists of places, each of one table, that can make up the whole borough in all that their table counts."""
    tables: dict[str, dict[Identity, set[Identity]]] = defaultdict(lambda: defaultdict(set))
    for figure in counts:
        key = identity(figure)
        if key in book.known and key.place != UNALLOCATED:
            tables[figure.where][key._replace(place="")].add(key)
    found = set()
    for columns in tables.values():
        known = [(whole, parts) for whole, parts in columns.items() if whole in book.known and book.known[whole].low and len(parts) > 1]  # fmt: skip
        if known and all(book.fits(whole, parts) == (True, True) for whole, parts in known):
            found |= {frozenset(part.place for part in parts) for _, parts in known}
    return sorted(found, key=sorted)


def _wards_of(counts: Iterable[Figure]) -> dict[str, str]:
    """The ward that each neighbourhood lies in, as rows of tables name them together."""
    found = {}
    for figure in counts:
        named = IN_WARD.match(figure.cell) or NAMED.match(figure.cell)
        if named and named["code"][:4] in figure.place:
            found[figure.place] = named["ward"]
    return found


def _types(book: Book) -> None:
    """All crime as the sum of its types, and types put together as the sum of theirs."""
    singles = [street(slug) for slug in measures() if slug not in (RECORDED, ASB)]
    of = {one.rpartition(".")[2]: one for one in singles}
    families = _families(book, lambda key: key._replace(subject=""))
    for keys in families.values():
        here = {key.subject: key for key in keys}
        for joint in sorted(subject for subject in here if "+" in subject):
            parts = [here[joint]._replace(subject=of.get(slug, slug)) for slug in joint.rpartition(".")[2].split("+")]
            if any(part in book.known for part in parts):
                book.add(here[joint], parts, TYPES, sure=True)
        _all_types(book, here, singles)


def _all_types(book: Book, here: dict[str, Identity], singles: Sequence[str]) -> None:
    whole = here.get(street(RECORDED))
    joint = [subject for subject in here if "+" in subject]
    held = {slug for subject in joint for slug in subject.rpartition(".")[2].split("+")}
    parts = [here[one] for one in (*joint, *singles) if one in here and one.rpartition(".")[2] not in held]
    if whole is None or not parts or not _guarded(book, [whole, *parts]):
        return
    missing = sorted(one for one in singles if one not in here and one.rpartition(".")[2] not in held)
    rest = [whole._replace(subject=street("+".join(one.rpartition(".")[2] for one in missing)))] if missing else []
    book.add(whole, [*parts, *rest], TYPES, sure=True)


def _families(
    book: Book, less: Callable[[Identity], Identity], wanted: Callable[[Identity], bool] = lambda key: True
) -> dict[Identity, list[Identity]]:
    """Counts that are `wanted` and alike but for what `less` takes away, in order; where that is the period, only those whose months are known."""
    found: dict[Identity, list[Identity]] = defaultdict(list)
    for key in book.known:
        family = less(key)
        if wanted(key) and (family.period or key.months):
            found[family].append(key)
    return dict(sorted(found.items()))


def _guarded(book: Book, keys: Collection[Identity]) -> bool:
    """Whether any of these counts is protected: of counts that are open there is nothing to find out."""
    return any(book.known[key].protected for key in keys)
