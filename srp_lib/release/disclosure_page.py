"""Disclosure page: what an attack on a release could work out, and the page that says so.

The release is read back as published, everything in it is set against everything else, and what can be told of each
withheld count is found. A release from which too much can be told does not go out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape

import numpy as np

from srp_lib import wording
from srp_lib.config import PUBLIC, Config
from srp_lib.disclosure import MARK
from srp_lib.display import Notice, Table
from srp_lib.earlier import Protection, protection_of
from srp_lib.errors import AuditError
from srp_lib.provenance import RUN
from srp_lib.release import attack_book, attack_relations, attack_values
from srp_lib.release.attack import Done, Range, Ranges, feasible
from srp_lib.release.attack_book import COMPLEMENT, PLAIN, UNBASED, UNKNOWN_TABLE, UNROUNDED, WITHHELD, Knowledge
from srp_lib.release.attack_relations import knowledge
from srp_lib.release.closed import require_release, strange
from srp_lib.release.released import DISCLOSURE, read_release, unread
from srp_lib.release.released_cover import text_of
from srp_lib.release.released_files import read_json
from srp_lib.release.released_numbers import Figure, Rule
from srp_lib.release.released_pages import texts_in

Files = Mapping[str, str | bytes]
TITLE = "What could be worked out from this report"
SAFE, NOT_SAFE, UNTOLD = "SAFE", "NOT SAFE", "COULD NOT TELL"
KINDS = {
    WITHHELD: f"A count shown as {MARK}",
    COMPLEMENT: "A count that is not shown, but is what others leave of a whole",
    UNBASED: f"A figure beside a count shown as {MARK}, which tells it to whoever knows its base",
    PLAIN: "A small count that is printed as it is",
    UNROUNDED: "A count that is protected and shown without rounding",
    UNKNOWN_TABLE: "A table or column that the attack does not know: it can't say whether its numbers are safe",
}
SOURCES = (
    ("Key facts (key_facts.csv)", "key_facts.csv"),
    ("Tables as a spreadsheet (tables.xlsx)", "tables.xlsx"),
    ("Pages of single wards", "wards/"),
    ("Record of where figures come from", "trace"),
    ("Record of the run (run.json)", RUN),
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
WORD = re.compile(r"[^\W\d_]+")
# Words of this page in earlier versions, which is read as it was published.
FORMER = "could tell none each still any at least or is no small one may be as its which those stand so told of by that cells stand in on page"


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
    unfinished: tuple[Leak, ...] = ()
    title: str = field(default=TITLE, init=False)

    @property
    def passed(self) -> bool:
        """Whether nothing too narrow was found, nothing was left unread and no search was given up."""
        return self.result == SAFE

    @property
    def result(self) -> str:
        """SAFE, NOT SAFE, or COULD NOT TELL where something could not be read or not be searched to its end."""
        if self.leaks:
            return NOT_SAFE
        return UNTOLD if self.unread or self.unfinished else SAFE

    @property
    def verdict(self) -> str:
        """The result in a few plain sentences, for the page of a run."""
        what = (
            f"Counts from 1 to {self.smallest - 1} are left out of this report, so that nobody can be picked out by them. Before the report "
            f"goes out, a program tries to work them out from everything else in it, as a curious reader might."
        )
        if self.passed:
            return f"{what} {self._harmless()}"
        found = wording.number_word(len(self.leaks)) if self.leaks else "none"
        blind = "".join(f" {wording.upper_first(one)}." for one in self._blind())
        return (
            f"{what} It tried {self._tried()}, and found {found} of which too much can be told.{blind} So this report "
            "was refused, and none of its other pages was written."
        )

    @property
    def refusal(self) -> str:
        """Why the release was refused, for whoever ran the audit."""
        leaks = [f"too much can be told of {_many(len(self.leaks), 'cell')}"] if self.leaks else []
        found = wording.listed([*leaks, *self._blind()])
        return f"The public report was refused and not written: {found}. The page lists them and says what can be done."

    def text(self) -> str:
        """The result of attacking a finished report, for a terminal: one word first, then the cells without their values."""
        told = {
            SAFE: self._harmless(),
            NOT_SAFE: f"Too much can be told of {_many(len(self.leaks), 'cell')}, of {self._tried()} attacked. Take the report "
            "back where it is published already, mend what is listed and make it again.",
            UNTOLD: f"{wording.upper_first(wording.listed(list(self._blind())))}. Nothing was worked out from the rest, but "
            "nobody knows about these. Do not publish the report as it is.",
        }[self.result]  # fmt: skip
        also = f" {wording.upper_first(wording.listed(list(self._blind())))}." if self.leaks and self._blind() else ""
        lines = [
            f"- {leak.where}: {leak.cell} ({KINDS[leak.kind][:1].lower()}{KINDS[leak.kind][1:]})" for leak in self.leaks
        ]
        lines += [f"- not read: {place}" for place in self.unread]
        lines += [f"- not searched to the end: {one.where}: {one.cell}" for one in self.unfinished]
        return "\n".join([f"{self.result}. {told}{also}", *lines])

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
            told = "Places that the attack could not read, or that no report has, so that nobody knows whether they are safe"
            parts += _section("What could not be read", Notice(told, "caveat", self.unread).html())
        if self.unfinished:
            told = "Counts of which the search was too large to be finished, so that nobody knows whether they are safe"
            cells = tuple(f"{one.where}: {one.cell}" for one in self.unfinished)
            parts += _section("What could not be searched to the end", Notice(told, "caveat", cells).html())
        return parts

    def _tried(self) -> str:
        return _counts(sum(self.attacked.values()))

    def _harmless(self) -> str:
        """That nothing could be worked out, and why that is so."""
        if not self.attacked:
            return "There was none to work out: no count is left out, and none follows from those shown."
        return (
            f"It tried {self._tried()}. None could be worked out. For each, at least {wording.number_word(self.narrowest)} "
            "numbers remain possible, or it is too large to point to anyone, or there may be nobody at all."
        )

    def _blind(self) -> list[str]:
        """What could not be read, and what could not be searched."""
        places = [f"{_many(len(self.unread), 'place')} could not be read"] if self.unread else []
        number = len(self.unfinished)
        searches = (
            [f"{wording.number_word(number)} search{'' if number == 1 else 'es'} could not be finished"]
            if number
            else []
        )
        return [*places, *searches]

    def _attacked(self) -> Table:
        rows = tuple((KINDS[kind], wording.whole(number)) for kind, number in self.attacked.items())
        note = " ".join(self._notes())
        return Table("Counts that were attacked", ("What", "Counts"), rows or (("None", "0"),), note)

    def _notes(self) -> Iterable[str]:
        """What the kinds of counts are, by an example each, and what became of the rounded ones; nothing of what is not there."""
        if WITHHELD in self.attacked:
            shown, told = self.attacked[WITHHELD], wording.whole(self.cells)
            cells = "one cell shows" if self.cells == 1 else f"{told} cells show"
            yield f"A count shown as {MARK} may stand in several places: {cells} {_counts(shown)}."
        if COMPLEMENT in self.attacked:
            yield (
                "What others leave of a whole: wards add up to the borough, so what is in no ward is left over when all "
                "wards are taken away."
            )
        if self.exact:
            yield (
                f"Of the {wording.whole(self.rounded)} counts shown to the nearest {self.base}, {wording.whole(self.exact)} can be worked out "
                f"exactly: where two parts make 60, and one is shown exactly as 22, the other was 38 and not the 40 shown. That is safe: rounding "
                f"is there to hide counts below {self.smallest}, and each of these is {self.smallest} or more, too many to point to anyone."
            )
        elif self.rounded:
            yield f"Of the {wording.whole(self.rounded)} counts shown to the nearest {self.base}, none can be worked out exactly."

    def _method(self) -> str:
        told = (
            f"A count shown as {MARK} is known to be from 1 to {self.smallest - 1}, and a rounded one to be within {self.base // 2} or so of what is shown. "
            "Totals, shares, rates and the figures of other tables narrow that down. For each count the smallest and the largest whole "
            "number that fit all of it at once are found by linear programming (a calculation that finds both extremes). Where fewer than "
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


def attack(files: Files, config: Config, earlier: Files | Sequence[Files] | None = None) -> Attack:
    """Attack a release, given as its files by name, with an `earlier` one or several where there are.

    Reads published bytes alone, each release by the rule of disclosure control that it was made by; one that does not
    say is taken to be by `config`, an earlier one is refused. A finished report's page on the attack itself is left out
    of what is gathered. Raises AuditError for files that are no public report or damaged.
    """
    require_release(files)
    own = _protection(files) or Protection(config.smallest_count, config.rounding_base)
    config = replace(
        config, smallest_count=own.smallest, rounding_base=own.base, narrowest_range=own.narrowest or config.narrowest_range
    )  # fmt: skip
    figures = read_release(files, own.smallest, own.base)
    given = [] if earlier is None else [earlier] if isinstance(earlier, Mapping) else list(earlier)
    before = [figure for one in given for figure in _earlier_figures(one)] if given else None
    blind = [*unread(files, figures), *strange(files, Rule(own.smallest, own.base))]
    found = attack_figures(figures, config, before, blind)
    page = text_of(files.get(DISCLOSURE, ""))
    return replace(found, unread=(*found.unread, *_own_faults(page, files, found))) if page else found


def _protection(files: Files) -> Protection | None:
    """By what rule a release says that it protects counts."""
    record = read_json(RUN, text_of(files[RUN])) if RUN in files else {}
    return protection_of(record, " ".join(texts_in(text_of(files.get("index.html", "")))))


def _earlier_figures(files: Files) -> tuple[Figure, ...]:
    """The figures of an earlier release. Raises AuditError for one that does not say by what rule it protects counts."""
    require_release(files)
    rule = _protection(files)
    if rule is None:
        raise AuditError(
            f"The earlier report says neither in {RUN} nor on its front page by what rule counts are protected, so it can't be "
            f"read: give the folder of a report of the {PUBLIC} edition as the run left it."
        )
    return read_release(files, rule.smallest, rule.base)


def _own_faults(page: str, files: Files, found: Attack) -> list[str]:
    """Whether the page on the attack says anything in words that it has no use for: it could tell what nothing else does."""
    every = {WITHHELD: 2, COMPLEMENT: 2}
    forms = [replace(found, earlier=told, attacked=every, rounded=2, exact=exact).html() for told in (True, False) for exact in (0, 1)]  # fmt: skip
    front = texts_in(text_of(files.get("index.html", "")))[:1]  # the title, which names area, period and partnership
    wanted = " ".join([FORMER, TITLE, found.html(), *front, *forms, *map(wording.number_word, range(21)), *_reasons()])
    words = set(WORD.findall(wanted.lower()))
    pages = (text_of(content) for name, content in files.items() if name.endswith(".html") and name != DISCLOSURE)
    elsewhere = {text for html in pages for text in texts_in(html)}
    odd = any(set(WORD.findall(text.lower())) - words for text in texts_in(page) if text not in elsewhere)
    return [f"{DISCLOSURE}: words that this page has no use for"] if odd else []


def _reasons() -> list[str]:
    """The words for what ties counts together and for what was not used."""
    held = [vars(module).items() for module in (attack_book, attack_relations, attack_values)]
    return [
        *KINDS.values(),
        *(value for items in held for name, value in items if name.isupper() and isinstance(value, str)),
    ]


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
        unfinished=_unfinished(known, ranges),
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


def _leaks(known: Knowledge, ranges: Ranges, config: Config) -> tuple[Leak, ...]:
    """The cells of which too much can be told, each once, in order."""
    unsure = ranges.unfinished
    told = [one for one in known.targets if one.name not in unsure and _narrow(ranges[one.name], one.kind, config)]
    cells = dict.fromkeys((target.where, target.cell, target.kind) for target in (*told, *known.unbased, *known.bare))
    return tuple(Leak(*cell) for cell in sorted(cells))


def _unfinished(known: Knowledge, ranges: Ranges) -> tuple[Leak, ...]:
    """The cells of counts of which the search was given up, each once, in order."""
    cells = {(one.where, one.cell, one.kind) for one in known.targets if one.name in ranges.unfinished}
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
    return {label: counts[label] for label, start in SOURCES if counts[label] and start != RUN}


def _section(heading: str, *content: str) -> list[str]:
    return [f"<h2>{escape(heading)}</h2>", *content]


def _items(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _counts(number: int) -> str:
    return f"{wording.whole(number)} count{'' if number == 1 else 's'}"


def _many(number: int, noun: str) -> str:
    return f"{wording.number_word(number)} {noun}{'' if number == 1 else 's'}"
