"""Disclosure page: what an attack on a release could work out, and the page that says so.

The release is read back as published, everything in it is set against everything else, and what can be told of each
withheld count is found. A release from which too much can be told does not go out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

from srp_lib import wording
from srp_lib.config import Config
from srp_lib.disclosure import MARK
from srp_lib.display import Notice, Table
from srp_lib.release.attack import Done, Range, feasible
from srp_lib.release.attack_book import COMPLEMENT, UNBASED, WITHHELD, Knowledge
from srp_lib.release.attack_relations import knowledge
from srp_lib.release.released import read_release, unread
from srp_lib.release.released_numbers import Figure, Rule

TITLE = "What could be worked out from this report"
KINDS = {
    WITHHELD: f"A count shown as {MARK}",
    COMPLEMENT: "A count that is not shown, but is what others leave of a whole",
    UNBASED: f"A figure beside a count shown as {MARK}, which tells it to whoever knows its base",
}
SOURCES = (
    ("Key facts (key_facts.csv)", "key_facts.csv"),
    ("Tables as a spreadsheet (tables.xlsx)", "tables.xlsx"),
    ("Pages of single wards", "wards/"),
    ("Record of where figures come from", "trace"),
    ("Other pages: tables, charts and sentences", ""),
)
LIMITS = (
    "It knows this report, and the earlier one where that was given. It does not know what else a reader may know: a "
    "newspaper, a neighbour, another body's figures, or which wards make up a policing locality.",
    "Ranks, smoothed rates, multiples of another rate, scores and the intervals of changes are made from counts that are "
    "protected already, and are not turned back into counts.",
    "A count may have fewer values than its range holds, where several figures fit only together with gaps.",
    "Figures are taken to be the same number, and parts to make up a whole, by the words beside them. What did not fit "
    "together was not used, and is listed.",
)


@dataclass(frozen=True)
class Leak:
    """A place from which too much can be told: file and table, the cell, and what kind of count it tells of. No value."""

    where: str
    cell: str
    kind: str


@dataclass(frozen=True)
class Attack:
    """What an attack on a release found; `passed` says whether the release may go out."""

    leaks: tuple[Leak, ...]
    unread: tuple[str, ...]
    attacked: Mapping[str, int]
    cells: int
    gathered: Mapping[str, int]
    relations: Mapping[str, int]
    unused: Mapping[str, int]
    rounded: int
    exact: int
    narrowest: int
    smallest: int
    base: int
    earlier: bool = False
    title: str = field(default=TITLE, init=False)

    @property
    def passed(self) -> bool:
        """Whether nothing too narrow was found, and nothing withheld was left unread."""
        return not self.leaks and not self.unread

    @property
    def verdict(self) -> str:
        """The result in a few plain sentences."""
        total = sum(self.attacked.values())
        number = f"{wording.whole(total)} count{'' if total == 1 else 's'}"
        what = (
            f"Counts from 1 to {self.smallest - 1} are left out of this report, so that nobody can be picked out by them. Before the report "
            f"goes out, a program tries to work them out from everything else in it, as a curious reader might."
        )
        if self.passed:
            if not self.attacked:
                return f"{what} There was none to work out: no count is left out, and none follows from those shown."
            return (
                f"{what} It tried {number}, and could tell none: each may still be any of at least "
                f"{wording.number_word(self.narrowest)} numbers, or is no small one, or may be nobody at all."
            )
        found = wording.number_word(len(self.leaks)) if self.leaks else "none"
        blind = f" {wording.upper_first(_many(len(self.unread), 'place'))} with {MARK} could not be read." if self.unread else ""  # fmt: skip
        return (
            f"{what} It tried {number}, and found {found} of which too much can be told.{blind} So this report "
            "was refused, and none of its other pages was written."
        )

    @property
    def refusal(self) -> str:
        """Why the release was refused, for whoever ran the audit."""
        leaks = f"too much can be told of {_many(len(self.leaks), 'cell')}" if self.leaks else ""
        blind = f"{_many(len(self.unread), 'place')} with {MARK} could not be read" if self.unread else ""
        found = wording.listed(list(filter(None, (leaks, blind))))
        return f"The public report was refused and not written: {found}. The page lists them and says what can be done."

    def text(self) -> str:
        """The result for a terminal: a few sentences, then the cells, without their values."""
        lines = [
            f"- {leak.where}: {leak.cell} ({KINDS[leak.kind][:1].lower()}{KINDS[leak.kind][1:]})" for leak in self.leaks
        ]
        return "\n".join([self.verdict, *lines, *(f"- not read: {place}" for place in self.unread)])

    def html(self) -> str:
        """The page's content: the result, what is wrong where something is, what was attacked, how, and what that leaves out."""
        parts = [
            f'<p class="lead">{escape(self.verdict)}</p>',
            *self._faults(),
            *_section("What was attacked", self._attacked().html()),
            *_section("How", self._method(), self._known().html(), self._unused().html()),
            *_section("What was read", self._gathered().html()),
            *_section("What this does not show", _items(LIMITS)),
        ]
        return "".join(parts)

    def _faults(self) -> list[str]:
        parts = []
        if self.leaks:
            rows = tuple((leak.where, leak.cell, KINDS[leak.kind]) for leak in self.leaks)
            table = Table(
                "Cells of which too much can be told", ("Page and table", "Row and column", "What it tells of"), rows
            )
            remedy = "Leave out a column or a row of the table, put small categories together, or withhold a second cell beside it."
            parts += _section("What must be mended", table.html(), f"<p>{remedy}</p>")
        if self.unread:
            told = f"Places with {MARK} that the attack could not read, so that nobody knows whether they are safe"
            parts += _section("What could not be read", Notice(told, "caveat", self.unread).html())
        return parts

    def _attacked(self) -> Table:
        rows = tuple((KINDS[kind], wording.whole(number)) for kind, number in self.attacked.items())
        note = (
            f"A count shown as {MARK} may stand in several places: the {wording.whole(self.attacked.get(WITHHELD, 0))} stand in "
            f"{wording.whole(self.cells)} cells. Of the {wording.whole(self.rounded)} counts shown to the nearest {self.base}, "
            f"{wording.whole(self.exact)} can be worked out exactly; none of those is small, so nobody is told of by that."
        )
        return Table("Counts that were attacked", ("What", "Counts"), rows or (("None", "0"),), note)

    def _method(self) -> str:
        told = (
            f"A count shown as {MARK} is known to be from 1 to {self.smallest - 1}, and a rounded one to be within {self.base // 2} or so of what is shown. "
            "Totals, shares, rates and the figures of other tables narrow that down. For each count the smallest and the largest whole "
            "number that fit all of it at once are found by linear programming. Where fewer than "
            f"{wording.number_word(self.narrowest)} numbers are left, the report is refused."
        )
        before = "The figures of the earlier report were set beside this one's." if self.earlier else "No earlier report was given to set beside this one."  # fmt: skip
        return f"<p>{escape(told)} {escape(before)}</p>"

    def _known(self) -> Table:
        rows = tuple(
            (wording.upper_first(why), wording.whole(number)) for why, number in sorted(self.relations.items())
        )
        return Table("What ties counts together", ("What is known", "Times"), rows or (("Nothing", "0"),))

    def _unused(self) -> Table | Notice:
        rows = tuple((wording.upper_first(why), wording.whole(number)) for why, number in sorted(self.unused.items()))
        if not rows:
            return Notice("All that was read fitted together, and all of it was used.")
        return Table("What was read and not used", ("What", "Times"), rows)

    def _gathered(self) -> Table:
        rows = tuple((kind, wording.whole(number)) for kind, number in self.gathered.items())
        return Table("Numbers gathered from the report", ("Where", "Numbers"), rows)


def attack(
    files: Mapping[str, str | bytes], config: Config, earlier: Mapping[str, str | bytes] | None = None
) -> Attack:
    """Attack a release, given as its files by name, with an `earlier` one where there is one.

    Reads published bytes alone. Raises ValueError where the files can't be read as a release.
    """
    smallest, base = config.smallest_count, config.rounding_base
    figures = read_release(files, smallest, base)
    before = None if earlier is None else read_release(earlier, smallest, base)
    return attack_figures(figures, config, before, unread(files, figures))


def attack_figures(
    figures: Sequence[Figure], config: Config, earlier: Sequence[Figure] | None = None, blind: Sequence[str] = ()
) -> Attack:
    """Attack a release of which all `figures` were read; `blind` are places of it that could not be."""
    rule = Rule(config.smallest_count, config.rounding_base)
    known = knowledge(figures, earlier or (), rule)
    kinds = {
        target.name: target.kind for kind in (COMPLEMENT, WITHHELD) for target in known.targets if target.kind == kind
    }
    ranges = feasible(known.counts, known.relations, kinds, _safe(list(kinds.values()), config))
    exact = feasible(known.counts, known.relations, known.rounded, lambda low, high: high > low)
    numbers = Counter(kinds.values())
    return Attack(
        leaks=_leaks(known, ranges, config),
        unread=tuple(blind),
        attacked={kind: numbers[kind] for kind in (WITHHELD, COMPLEMENT) if numbers[kind]},
        cells=sum(target.kind == WITHHELD for target in known.targets),
        gathered=_gathered(figures),
        relations=Counter(relation.why for relation in known.relations),
        unused=known.unused,
        rounded=len(known.rounded),
        exact=sum(found is not None and found[0] == found[1] for found in exact.values()),
        narrowest=config.narrowest_range,
        smallest=rule.smallest,
        base=rule.base,
        earlier=earlier is not None,
    )


def _safe(kinds: Sequence[str], config: Config) -> Done:
    """Says of which counts enough is known, from how low and high they are found to go: they can't be narrow any more."""
    left_over = np.array([kind == COMPLEMENT for kind in kinds], dtype=bool)

    def safe(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return (high - low + 1 >= config.narrowest_range) | (high >= config.smallest_count) | (left_over & (low <= 0))

    return safe


def _leaks(known: Knowledge, ranges: Mapping[str, Range | None], config: Config) -> tuple[Leak, ...]:
    """The cells of which too much can be told, each once, in order."""
    told = [target for target in known.targets if _narrow(ranges[target.name], target.kind, config)]
    cells = dict.fromkeys((target.where, target.cell, target.kind) for target in (*told, *known.unbased))
    return tuple(Leak(*cell) for cell in sorted(cells))


def _narrow(found: Range | None, kind: str, config: Config) -> bool:
    """Whether a range is of few people and leaves fewer values than it must.

    What is certain to be none is no secret, and what no figure shows and may be none tells of nobody. A range that
    nothing fits is taken for narrow, because the release then contradicts itself.
    """
    if found is None:
        return True
    low, high = found
    few = 1 <= high < config.smallest_count and (low >= 1 or kind == WITHHELD)
    return few and high - low + 1 < config.narrowest_range


def _gathered(figures: Sequence[Figure]) -> dict[str, int]:
    counts = Counter(next(label for label, start in SOURCES if figure.where.startswith(start)) for figure in figures)
    return {label: counts[label] for label, _ in SOURCES if counts[label]}


def _section(heading: str, *content: str) -> list[str]:
    return [f"<h2>{escape(heading)}</h2>", *content]


def _items(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _many(number: int, noun: str) -> str:
    return f"{wording.number_word(number)} {noun}{'' if number == 1 else 's'}"
