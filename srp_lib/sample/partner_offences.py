"""The partners' synthetic offences: which are special, when they were committed, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from . import partner_plan as plan
from . import spread
from .counts import Counts, months
from .draws import Draws, Ints
from .partner_codes import CODES, LINES, rows
from .partner_draws import Bools, between, capped, chance, percent_of, some

FLAGS = ("domestic_abuse", "child_abuse", "cce", "cse", "online", "alcohol", "knife", "modern_slavery",
         "honour_based", "forced_marriage", "organised_crime")  # fmt: skip
BLANK = -1
LONG_AGO = 365  # days after which a victim can't be somebody whose age is known from another offence

# Days from the offence to the report: from, to, and weights of ordinary offences, offences that are
# told late (sexual offences and abuse of children), and those online.
LAGS = ((0, 0), (1, 7), (8, 30), (31, 365), (366, 3650), (3651, 14600))
LAG_WEIGHTS = ((600, 320, 55, 20, 4, 1), (190, 270, 150, 190, 130, 70), (330, 380, 160, 115, 15, 0))
TOLD_LATE = (*plan.CHILD_CODES, "19C", "20A", "19F", "17A", "22A")
# Days between the earliest and the latest day on which it can have been committed, and weights.
SPANS = ((0, 0), (1, 3), (4, 30), (31, 365))
SPAN_WEIGHTS = ((800, 130, 50, 20), (500, 60, 140, 300))
NO_PLACE_PER_MILLE = 40


@dataclass
class Offences:
    """One entry per offence, in order of the day of recording.

    `year`, `month`, `line` and `code` are positions in YEARS, months(), LINES and CODES; days are
    proleptic ordinals (0: blank), `place` a position in places.links() (-1: blank).
    """

    year: Ints
    month: Ints
    line: Ints
    code: Ints
    recorded: Ints
    flags: dict[str, Bools] = field(default_factory=dict)
    strands: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    production: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))
    first: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    last: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    place: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.year)

    def coded(self, *codes: str) -> Bools:
        """Whether each offence has one of `codes`."""
        return np.isin(self.code, [CODES.index(code) for code in codes])

    def lined(self, *lines: str) -> Bools:
        """Whether each offence is in one of `lines` of table C2."""
        return np.isin(self.line, [LINES.index(line) for line in lines])

    @property
    def violent(self) -> Bools:
        """Whether each offence is in the group violence against the person."""
        return self.lined(*plan.VIOLENCE_LINES)

    @property
    def serious(self) -> Bools:
        """Whether each offence is serious violence, as the partnership's figures mean it."""
        knife = self.flags["knife"] & (self.violent | self.lined(plan.ROBBERY))
        return knife | self.coded("1", "4.1", "2", "5D", "5E")

    @property
    def lag(self) -> Ints:
        """Days from the latest day on which it can have been committed to the report; -1: unknown."""
        known = np.where(self.last > 0, self.last, self.first)
        return np.where(known > 0, self.recorded - known, BLANK)

    def per_code(self, chances: dict[str, int]) -> Ints:
        """The chance that `chances` names for each offence's code, 0 for other codes."""
        return np.array([chances.get(code, 0) for code in CODES])[self.code]


def day_of_month(draws: Draws, month: Ints) -> Ints:
    """A day of each month, as an ordinal."""
    years = [(int(name[:4]), int(name[5:])) for name in months()]
    starts = [date(y, m, 1).toordinal() for y, m in years]
    starts.append(date(years[-1][0] + years[-1][1] // 12, years[-1][1] % 12 + 1, 1).toordinal())
    begin = np.array(starts)
    return between(draws, begin[month], begin[month + 1] - 1)


def _mark(offences: Offences, draws: Draws, flag: str, numbers: dict[str, plan.ByYear], among: Bools) -> None:
    """Set `flag` on as many offences of each code and year as `numbers` says, all `among` these."""
    for code, by_year in numbers.items():
        own = among & offences.coded(code)
        for year, number in enumerate(by_year):
            offences.flags[flag][some(draws, np.flatnonzero(own & (offences.year == year)), number)] = True


def _mark_children(offences: Offences, draws: Draws) -> None:
    """Child sexual and criminal exploitation, other abuse of children, and modern slavery."""
    flags, free = offences.flags, np.ones(len(offences), dtype=bool)
    _mark(offences, draws, "cse", plan.EXPLOITED_SEXUALLY, free)
    _mark(offences, draws, "cce", plan.EXPLOITED_CRIMINALLY, ~flags["cse"])
    flags["modern_slavery"] |= offences.coded("106")
    _mark(offences, draws, "modern_slavery", {"92A": plan.SLAVERY_DRUGS}, ~flags["cce"])
    flags["child_abuse"] |= flags["cse"]
    _mark(offences, draws, "child_abuse", plan.ABUSED, ~flags["cce"])
    others = chance(draws, offences.per_code(plan.ABUSED_PER_MILLE), len(offences))
    flags["child_abuse"] |= others & ~flags["cce"]


def _strands_for(draws: Draws, offences: Offences, year: int, coded: Ints) -> None:
    """Give each hate offence of a year its strands; `coded` ones have race or religion."""
    numbers = [by_year[year] for _, by_year in plan.STRANDS]
    every = np.repeat(np.arange(len(numbers)), numbers)
    racial = some(draws, every[every <= plan.WITH_RACE], len(every))
    own, rest = racial[: len(coded)], np.concatenate([racial[len(coded) :], every[every > plan.WITH_RACE]])
    offences.strands[coded] = own
    weights = offences.per_code(plan.HATE_CODES)
    among = (weights > 0) & (offences.year == year) & ~_special(offences)
    codes = list(plan.HATE_CODES)
    sizes = [int((among & offences.coded(code)).sum()) for code in codes]
    shares = capped(len(rest), [size * plan.HATE_CODES[code] for code, size in zip(codes, sizes)], sizes)
    chosen = [
        some(draws, np.flatnonzero(among & offences.coded(code)), int(share)) for code, share in zip(codes, shares)
    ]
    offences.strands[np.concatenate(chosen)] = some(draws, rest, len(rest))


def _special(offences: Offences) -> Bools:
    """Whether an offence is already of a kind that excludes hate crime and domestic abuse."""
    flags = offences.flags
    kinds = [flags[name] for name in ("child_abuse", "cce", "cse", "modern_slavery", "organised_crime")]
    return np.logical_or.reduce(kinds) | (offences.strands > 0)


def _mark_hate(offences: Offences, draws: Draws) -> None:
    """Hate strands: every offence with an aggravated code, and others."""
    for year in range(len(plan.YEARS)):
        coded = np.flatnonzero((offences.year == year) & offences.coded(*plan.RACE_CODES))
        _strands_for(draws, offences, year, coded)


def _mark_domestic(offences: Offences, draws: Draws) -> None:
    """Domestic abuse: the published share of all offences, spread over the codes."""
    free, flag = ~_special(offences), offences.flags["domestic_abuse"]
    _mark(offences, draws, "domestic_abuse", {"2": plan.ATTEMPTED_MURDERS}, free)
    for year, per_mille in enumerate(plan.DOMESTIC_PER_MILLE):
        now = offences.year == year
        total = (per_mille * int(now.sum()) + 500) // 1000 - int((flag & now).sum())
        rows_of = [np.flatnonzero(free & now & offences.coded(code)) for code in plan.DOMESTIC]
        sizes = [len(rows) for rows in rows_of]
        weights = [size * weight for size, weight in zip(sizes, plan.DOMESTIC.values(), strict=True)]
        for rows_, number in zip(rows_of, capped(total, weights, sizes), strict=True):
            flag[some(draws, rows_, int(number))] = True


def _mark_others(offences: Offences, draws: Draws) -> None:
    """Knives, alcohol, honour and forced marriage, production of drugs."""
    flags, size = offences.flags, len(offences)
    children = flags["child_abuse"] | flags["cse"]
    flags["knife"] |= chance(draws, offences.per_code(plan.KNIFE), size) & ~children & ~flags["modern_slavery"]
    disorder = offences.lined(plan.DISORDER, plan.SEXUAL)
    likely = np.where(flags["domestic_abuse"], 260, np.where(offences.violent, 190, np.where(disorder, 170, 25)))
    flags["alcohol"] |= chance(draws, likely, size) & ~children
    home = flags["domestic_abuse"] & offences.violent & ~offences.serious
    flags["honour_based"] |= chance(draws, 8, size) & home
    flags["forced_marriage"] |= chance(draws, 2, size) & home
    offences.production |= flags["modern_slavery"] & offences.coded("92A")
    for year, per_mille in enumerate(plan.PRODUCTION_PER_MILLE):
        own = np.flatnonzero(offences.coded("92A") & (offences.year == year))
        wanted = per_mille * len(own) // 1000 - int(offences.production[own].sum())
        offences.production[some(draws, own[~offences.production[own]], wanted)] = True


def _lags(offences: Offences, draws: Draws) -> Ints:
    """Days from the offence to its report, before some dates are blanked."""
    late = offences.coded(*plan.CHILD_CODES, *TOLD_LATE) | offences.flags["child_abuse"]
    kind = np.where(late, 1, np.where(offences.coded("86", "8L", "8Q"), 2, 0))
    band = np.zeros(len(offences), dtype=np.int64)
    for at, weights in enumerate(LAG_WEIGHTS):
        own = np.flatnonzero(kind == at)
        band[own] = draws.pick(weights, len(own))
    _settle_lags(offences, draws, band)
    low, high = (np.array([days[end] for days in LAGS])[band] for end in (0, 1))
    return between(draws, low, high)


def _settle_lags(offences: Offences, draws: Draws, band: Ints) -> None:
    """Give sexual exploitation its share of reports after more than 30 days, changing bands in place."""
    for year, percent in enumerate(plan.NON_RECENT_PERCENT):
        own = offences.flags["cse"] & (offences.year == year) & (offences.last != BLANK)
        order = some(draws, np.flatnonzero(own), int(own.sum()))
        non_recent = percent_of(percent, len(order))
        band[order[:non_recent]] = 3 + draws.pick(LAG_WEIGHTS[1][3:], non_recent)
        band[order[non_recent:]] = draws.pick(LAG_WEIGHTS[1][:3], len(order) - non_recent)


def _committed(offences: Offences, draws: Draws) -> None:
    """The first and last day on which each can have been committed; some have only one, or none."""
    size = len(offences)
    unknown, only_first = chance(draws, 18, size), chance(draws, 60, size)
    offences.last = np.where(unknown, BLANK, 0)  # _settle_lags leaves offences without a date alone
    last = offences.recorded - _lags(offences, draws)
    long = offences.coded("8L", "8Q", "8R", "11A", "40") | offences.flags["child_abuse"] | offences.lined(plan.SEXUAL)
    band = np.where(long, draws.pick(SPAN_WEIGHTS[1], size), draws.pick(SPAN_WEIGHTS[0], size))
    span = between(draws, *(np.array([days[end] for days in SPANS])[band] for end in (0, 1)))
    only_first &= span == 0
    offences.first = np.where(unknown, 0, last - span)
    offences.last = np.where(unknown | only_first, 0, last)


def _places(offences: Offences, draws: Draws, seed: int) -> None:
    """Where each was committed: a few small areas have much, and the town centre much of shoplifting."""
    patterns = spread.weights(seed)
    shops = offences.lined(plan.SHOPS, plan.PERSON)
    flat = offences.lined(plan.HOMES, plan.VEHICLES, plan.OTHER_BUILDINGS) & ~shops
    offences.place = np.zeros(len(offences), dtype=np.int64)
    for name, own in (("shops", shops), ("flat", flat), ("spread", ~shops & ~flat)):
        weights = patterns[name] * spread.in_rotherham()
        offences.place[own] = spread.pick_by_year(draws, weights, offences.month[own] // 12)
    often = np.where(offences.flags["online"] | offences.coded("86"), 6, 1) * NO_PLACE_PER_MILLE
    offences.place[chance(draws, often, len(offences))] = BLANK


def make(counts: Counts, seed: int) -> Offences:
    """Every offence of April 2019 to December 2021, but for who suffered it and what became of it.

    Which offences are online depends on the victims, and is settled with them.
    """
    draws = Draws(seed, "partners: offences")
    year, month, line, code = rows(counts, draws)
    recorded = day_of_month(draws, month)
    order = np.argsort(recorded, kind="stable")
    offences = Offences(year[order], month[order], line[order], code[order], recorded[order])
    offences.flags = {name: np.zeros(len(order), dtype=bool) for name in FLAGS}
    offences.strands, offences.production = np.zeros(len(order), dtype=np.int64), np.zeros(len(order), dtype=bool)
    _mark_children(offences, draws)
    _mark(offences, draws, "organised_crime", plan.ORGANISED, ~_special(offences))
    _mark_hate(offences, draws)
    _mark_domestic(offences, draws)
    _mark_others(offences, draws)
    _committed(offences, draws)
    _places(offences, draws, seed)
    return offences
