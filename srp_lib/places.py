"""Places: where crime is over-represented, how concentrated it is, and which areas stand out by more than chance.

Formulas: METHODS.md, "Places". From `rank_ranges` on a count may be missing (NaN or <NA>): withheld, or not supplied.
Such an area is left out of everything, and its row says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from srp_lib import verdicts
from srp_lib.change import DISCOVERY_RATE, false_discovery
from srp_lib.estimates import Estimate, absent, frame
from srp_lib.rates import count_interval, ratio_interval, wilson_interval

HIGHER, LOWER, WITHIN, ABSENT = (
    "higher than chance would explain",
    "lower than chance would explain",
    "within the limits",
    "no limits",
)
INNER, OUTER = 0.025, 0.001  # one-sided tail probabilities of the 95% and 99.8% limits
RISING, FALLING = "rising", "falling"
PERSISTENT, EMERGING, COOLING = "persistent", "emerging", "cooling"
YEARS_FOR_KINDS = 3  # one latest year against at least two earlier ones
PULLED_IN = 0.1  # the share of each tail that is pulled in before areas' spread is measured
_EDGE = stats.norm.isf(PULLED_IN)
LEFT_IN = 0.8 + 0.2 * _EDGE**2 - 2 * _EDGE * stats.norm.pdf(_EDGE)  # what that leaves of a normal variance
WITHHELD = "A count is withheld or was not supplied, so the area is left out."
NO_PEOPLE = "The area has no population to set a count against, so it is left out."
SEED, DRAWS = 2021, 10_000
HOT = 1.5  # an area is hot from so many times the rate of all areas
HOT_COLUMNS = ["hot_years", "hot_now", "p_now", "change", "lower", "upper", "p_change", "direction", "kind", "note"]


@dataclass(frozen=True)
class Overdispersion:
    """How much more areas differ than chance alone would make them: phi, and tau2 as a variance of log ratios."""

    phi: float
    tau2: float
    areas: int


@dataclass(frozen=True)
class HotSpots:
    """The hot spots of several years, laid out as `hot_spots` says; `note` holds what a reader must be told, or ""."""

    rows: pd.DataFrame
    hot: pd.DataFrame
    years: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class ConcentrationChange:
    """How the share of places that hold half of the crime moved from the first to the last year, in % of places.

    `difference` is last less first, with its 95% limits and the two-sided `p`; it is None where it can't be told,
    and `note` then says why. `stable` is whether the interval holds no difference.
    """

    first: float | None
    last: float | None
    difference: float | None
    lower: float | None
    upper: float | None
    p: float | None
    stable: bool
    note: str


def location_quotient(counts: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Each type's share of an area's crime over its share of all areas' crime: 1 means the same mix as elsewhere.

    `counts` has a row an area and a column a type. One row an (area, type), laid out as
    `srp_lib.estimates.table`: numerator the cell, denominator the area's total. The interval is Wilson's for the
    area's share, with the overall share taken as known. An area without crime, or a type without any, has NaN
    and a note. Raises ValueError for missing or negative counts. Source: Brantingham & Brantingham 1997.
    """
    cells = _nonnegative(counts)
    index = pd.MultiIndex.from_product([counts.index, counts.columns])
    areas, types = (
        np.broadcast_to(cells.sum(axis=1, keepdims=True), cells.shape),
        np.broadcast_to(cells.sum(axis=0), cells.shape),
    )
    known = (areas > 0) & (types > 0)
    overall = np.where(known, types, 1) / max(cells.sum(), 1)
    lower, upper = wilson_interval(np.where(known, cells, 0), np.where(known, areas, 1), confidence)
    value, low, high = (
        np.where(known, share / overall, np.nan).ravel() for share in (cells / np.where(known, areas, 1), lower, upper)
    )
    note = np.select(
        [known, areas == 0],
        ["", "The area has no crime, so it has no mix of types."],
        "No area has a crime of this type.",
    ).ravel()
    return frame(
        index,
        value=value,
        lower=low,
        upper=high,
        numerator=cells.ravel(),
        denominator=areas.ravel(),
        unit="times",
        method="location quotient; Wilson interval of the area's share",
        confidence=confidence,
        note=note,
    )


def concentration(counts: pd.Series | Sequence[float], share: float = 0.5) -> Estimate:
    """The smallest share of places, in %, that together hold at least `share` of the crime.

    Numerator: the number of those places; denominator: all places. It describes what was counted and has no
    interval; with few crimes a low figure comes by chance, which `generalised_gini` allows for. No crime gives
    an Estimate without a value. Raises ValueError for missing or negative counts or a share outside 0 to 1.
    Source: Weisburd 2015.
    """
    if not 0 < share <= 1:
        raise ValueError(f"A share of {share:g} is impossible: give one above 0 and up to 1.")
    values = np.sort(_nonnegative(counts))[::-1]
    unit, method = "% of places", f"smallest share of places with {share:.0%} of crime"
    if not values.sum():
        return absent(
            unit, method, "There is no crime in any place, so nothing is concentrated.", None, float(len(values))
        )
    holding = int(np.searchsorted(np.cumsum(values), share * values.sum() * (1 - 1e-12)) + 1)
    return Estimate(100 * holding / len(values), None, None, float(holding), float(len(values)), unit, method)


def gini(counts: pd.Series | Sequence[float]) -> Estimate:
    """Gini coefficient of crime over places: 0 where each has as much, near 1 where one has all.

    Numerator: crimes; denominator: places. It has no interval. Fewer than two places or no crime gives an
    Estimate without a value. Raises ValueError for missing or negative counts. Source: Gini 1912.
    """
    return _gini(counts, "Gini coefficient", generalised=False)


def generalised_gini(counts: pd.Series | Sequence[float]) -> Estimate:
    """Gini coefficient against the most even spread that so few crimes allow: max(1, N/C)(G - 1) + 1.

    The same as `gini` where there are at least as many crimes (C) as places (N); otherwise as it gives.
    Source: Bernasco & Steenbeek 2017.
    """
    return _gini(counts, "generalised Gini coefficient", generalised=True)


def empirical_bayes(
    counts: pd.Series | Sequence[float],
    populations: pd.Series | Sequence[float],
    per: int = 1000,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Area rates drawn towards the overall rate, the more so the smaller the area: for maps, not for league tables.

    One row an area: smoothed (events per `per`), weight (0 to 1, of the area's own rate), then value, lower and
    upper of its crude rate, and note. An area without people has NaN and a note. Where areas differ no more than
    chance would make them the weight is 0 and every smoothed rate is the overall one. Raises ValueError for
    missing or negative numbers or lengths that differ. Source: Marshall 1991, with the variance cut off at zero.
    """
    events, people = _nonnegative(counts), _nonnegative(populations)
    if events.shape != people.shape:
        raise ValueError("Each area needs one count and one population.")
    peopled = people > 0
    size = np.where(peopled, people, 1)
    total = max(people.sum(), 1)
    mean, raw = events[peopled].sum() / total, events / size
    between = (people * (raw - mean) ** 2).sum() / total - mean / max(people[peopled].mean() if peopled.any() else 1, 1)
    between = max(0.0, float(between))
    weight = between / (between + mean / size) if between else np.zeros(len(size))
    lower, upper = count_interval(events, confidence)
    columns = {
        "smoothed": weight * raw + (1 - weight) * mean,
        "weight": weight,
        "value": raw,
        "lower": lower / size,
        "upper": upper / size,
    }
    scaled = {
        name: np.where(peopled, numbers * (1 if name == "weight" else per), np.nan) for name, numbers in columns.items()
    }
    index = counts.index if isinstance(counts, pd.Series) else None
    return pd.DataFrame(scaled, index=index).assign(
        note=np.where(peopled, "", "The area has no people, so it has no rate.")
    )


def funnel_limits(expected: float | np.ndarray, tail: float = INNER) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper limit of observed over expected where only chance is at work, same shape as `expected`.

    `tail` is the probability beyond each limit: INNER (0.025) for 95% limits, OUTER (0.001) for 99.8%. Raises
    ValueError for an expected number that is not above zero. Source: Spiegelhalter 2005; FunnelPlotR.
    """
    expected = np.asarray(expected, dtype=float)
    if not np.all(expected > 0):
        raise ValueError("Funnel limits need expected numbers above zero.")
    return (stats.chi2.ppf(tail, 2 * expected) / 2 / expected)[()], (
        stats.chi2.isf(tail, 2 * expected + 2) / 2 / expected
    )[()]


def overdispersion(
    observed: pd.Series | Sequence[float],
    expected: pd.Series | Sequence[float],
    winsorise: float = 0.1,
    restore: bool = False,
) -> Overdispersion:
    """Whether areas differ by more than chance and by how much, with the extreme `winsorise` of each tail pulled in.

    z = root(E) log(O/E), pulled in to its quantiles; phi the mean of z squared; tau2 the moment estimate of the
    variance between areas, 0 at the least. A count of zero enters as a half, since its log is infinite. Areas
    where nothing is expected are left out. Pulling in also takes off some of what areas without any extreme one
    differ by, so that limits are too narrow; with `restore` (and `winsorise` not used) tau2 is one without that
    fault. Raises ValueError for missing or negative numbers.
    Source: Spiegelhalter 2005; DerSimonian & Laird 1986; METHODS.md, "Places", for `restore`.
    """
    events, known = _nonnegative(observed), _nonnegative(expected)
    events, weight = events[known > 0], known[known > 0]
    number = len(weight)
    if number < 2:
        return Overdispersion(1.0, 0.0, number)
    ratio = np.log(np.where(events > 0, events, 0.5) / weight)
    z = np.sqrt(weight) * ratio
    pulled = np.clip(z, *np.quantile(z, [winsorise, 1 - winsorise]))
    phi = float((pulled**2).mean())
    if restore:
        return Overdispersion(phi, _between(ratio, 1 / weight), number)
    tau2 = (number * phi - (number - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    return Overdispersion(phi, max(0.0, float(tau2)), number)


def funnel(observed: pd.Series, expected: pd.Series, winsorise: float = 0.1, restore: bool = False) -> pd.DataFrame:
    """Which areas stand out: observed over expected with 95% and 99.8% limits, over-dispersion allowed for.

    One row an area: observed, expected, ratio, lower95, upper95, lower998, upper998, tau2, verdict (beyond the
    99.8% limits or not) and note. Limits are the exact ones, or exp(-/+ z root(1/E + tau2)) where tau2 is above
    zero. An area stands out only where its count is also in the outer Poisson tail of the expected number, so that
    a zero is not low where a zero is likely. `restore` is as `overdispersion` takes it. An area where nothing is expected has NaN and a note. Raises
    ValueError for missing or negative numbers or indexes that differ. Source: Spiegelhalter 2005.
    """
    if not observed.index.equals(expected.index):
        raise ValueError("Observed and expected numbers must be of the same areas in the same order.")
    events, base = _nonnegative(observed), _nonnegative(expected)
    known, size = base > 0, np.where(base > 0, base, 1)
    spread = overdispersion(observed, expected, winsorise, restore)
    columns = {"ratio": events / size}
    for name, tail in (("95", INNER), ("998", OUTER)):
        columns["lower" + name], columns["upper" + name] = _limits(size, tail, spread.tau2)
    rows = pd.DataFrame(
        {name: np.where(known, numbers, np.nan) for name, numbers in columns.items()}, index=observed.index
    )
    high = (rows["ratio"] > rows["upper998"]) & (stats.poisson.sf(events - 1, size) < OUTER)
    low = (rows["ratio"] < rows["lower998"]) & (stats.poisson.cdf(events, size) < OUTER)
    words = np.select([~known, high, low], [ABSENT, HIGHER, LOWER], WITHIN)
    note = np.where(known, "", "Nothing was expected here, so there is no ratio.")
    return rows.assign(observed=events, expected=base, tau2=spread.tau2, verdict=words, note=note)


def rank_ranges(
    counts: pd.Series,
    populations: pd.Series,
    draws: int = DRAWS,
    seed: int = SEED,
    confidence: float = 0.95,
    tau2: float = 0.0,
) -> pd.DataFrame:
    """Where each area's rate ranks, and within what range its rank could as well lie by chance.

    One row an area, indexed as `counts`: rank (1 is the highest rate; equal rates share the lower number), low and
    high (the middle `confidence` of the ranks drawn), all whole or <NA>; first (the share of draws in which it is
    1st) and note. Rates are drawn from Gamma(count + 1/2, population), and where `tau2` is above zero times a
    log-normal of that variance: how far rates move from year to year of themselves (`yearly_spread`). The same
    arguments give the same numbers. Raises ValueError for a negative number or a `tau2` below zero.
    Source: Goldstein & Spiegelhalter 1996; Jeffreys 1946 for the prior.
    """
    events, people, note = _areas(counts, populations)
    known = note == ""
    if not events[known].sum():
        note[known] = "No area has any, so there is no order."
        known = np.zeros(len(events), dtype=bool)
    drawn = _drawn_ranks(events[known], people[known], draws, seed, _variance(tau2))
    tail = (1 - confidence) / 2
    columns = {
        "rank": stats.rankdata(-events[known] / people[known], method="min"),
        "low": np.quantile(drawn, tail, axis=0, method="inverted_cdf") if known.any() else [],
        "high": np.quantile(drawn, 1 - tail, axis=0, method="inverted_cdf") if known.any() else [],
    }
    rows = pd.DataFrame(columns, index=counts.index[known]).astype("Int64").reindex(counts.index)
    first = pd.Series((drawn == 1).mean(axis=0), counts.index[known], dtype=float)
    return rows.assign(first=first.reindex(counts.index), note=note)


def against(
    counts: pd.Series,
    populations: pd.Series,
    confidence: float = 0.998,
    smallest_base: int = 50,
    tau2: float = 0.0,
) -> pd.DataFrame:
    """Each area's rate as a multiple of the rate of the rest of the areas, with a verdict over the whole family.

    Laid out as `srp_lib.estimates.table`, one row an area (numerator its count, denominator the rest's), then p,
    verdict (higher, lower, no clear change in the words of `srp_lib.verdicts`, by Benjamini-Hochberg at 5%; too few
    to say where either count is below `smallest_base`) and stands_out (the verdict of `funnel` on the areas'
    shares of the total by population). `tau2` above zero widens interval and p by that variance of the log ratio,
    for rates that move from year to year of themselves (`yearly_spread`). Without a rest, or with none in it, there
    is NaN and a note. Raises ValueError as `rank_ranges`.
    Source: Clopper & Pearson 1934 (R's poisson.test); Benjamini & Hochberg 1995; Spiegelhalter 2005.
    """
    events, people, note = _areas(counts, populations)
    known = note == ""
    rest, others = events[known].sum() - events, people[known].sum() - people
    possible = known & (rest > 0) & (others > 0)
    note[known & ~possible] = "The other areas have no rate above zero to compare with."
    sides = [np.where(possible, side, 1.0) for side in (events, rest, people, others)]
    extra = _variance(tau2) * _own_and_rest(sides[2], sides[3]) / _log_variance(sides[0], sides[1])
    ratio, lower, upper, p = _conditional(*sides, np.sqrt(1 + extra), confidence)
    few = possible & (np.minimum(events, rest) < smallest_base)
    note[few] = f"One of the two counts is below {smallest_base}, too few for a verdict."
    value, lower, upper, p = (np.where(possible, numbers, np.nan) for numbers in (ratio, lower, upper, p))
    cells = frame(
        counts.index, value=value, lower=lower, upper=upper, numerator=np.where(known, events, np.nan),
        denominator=np.where(known, rest, np.nan), unit="times", method=_against_method(int(known.sum()), tau2),
        confidence=confidence, note=note,
    )  # fmt: skip
    clear = false_discovery(np.where(few, np.nan, p))
    words = np.where(clear, np.where(value > 1, verdicts.HIGHER, verdicts.LOWER), verdicts.UNCLEAR)
    words = np.where(possible & ~few, words, verdicts.TOO_FEW)
    return cells.assign(p=p, verdict=words, stands_out=_stands_out(events, people, known))


def yearly_spread(years: pd.DataFrame) -> float:
    """How far areas' rates move from year to year of themselves: the variance of one year's log rate, chance apart.

    `years` has a row an area and a column a year of like months, oldest first. Each year is compared with the one
    before, relative to all areas; the extreme tenths are pulled in. 0 at the least, and with fewer than two years
    or three areas. Raises ValueError for a negative number. Source: as `overdispersion`; METHODS.md, "Places".
    """
    cells = _cells(years)
    moves = []
    for then, now in zip(cells.T[:-1], cells.T[1:]):
        both = np.isfinite(then) & np.isfinite(now)
        moves.append(_move_spread(now[both], then[both]) / 2)
    return float(np.mean(moves)) if moves else 0.0


def hot_spots(
    years: pd.DataFrame,
    populations: pd.Series,
    rate: float = DISCOVERY_RATE,
    smallest_base: int = 50,
    times: float = HOT,
) -> HotSpots:
    """Areas with a far higher rate than the others, year by year, and whether they last, are new or are cooling.

    `years` has a row an area and a column a year of like months, oldest first; `populations` are by area. In `hot`
    (areas by years) an area is hot where its rate is above `times` that of all areas by more than chance and the
    areas' own ups and downs (`yearly_spread`) explain, with at most `rate` false alarms among those of a year.
    `rows` has hot_years, hot_now, p_now, change (the latest year against the earlier ones, relative to all other
    areas, in %, with lower and upper at 95%; not below `smallest_base`), p_change, direction ("rising",
    "falling" or "", with `rate` over all areas), kind ("persistent", "emerging", "cooling" or "") and note. Fewer
    than three years give no changes and no kinds. Raises ValueError for a negative number and for no year at all.
    Source: METHODS.md, "Places"; Benjamini & Hochberg 1995; Paule & Mandel 1982 for the spread.
    """
    if years.columns.empty:
        raise ValueError("There is no year to look for hot spots in: give a column for each.")
    cells, people = _cells(years), _people(populations, years.index)
    labels, tau2 = tuple(str(year) for year in years.columns), yearly_spread(years)
    p = np.column_stack([_hot_p(year, people, times, tau2) for year in cells.T])
    hot = np.column_stack([false_discovery(year, rate) for year in p.T])
    complete, told = np.isfinite(cells).all(axis=1) & np.isfinite(people), len(labels) >= YEARS_FOR_KINDS
    rows = _moves(np.where(complete[:, None] & told, cells, np.nan), rate, smallest_base).set_axis(years.index)
    rows = rows.assign(
        hot_years=hot.sum(axis=1),
        hot_now=hot[:, -1],
        p_now=p[:, -1],
        kind=_kinds(hot, rows["direction"].to_numpy()) if told else "",
        note=np.select([np.isnan(people), ~complete], [NO_PEOPLE, WITHHELD], rows["note"] if told else ""),
    )
    return HotSpots(
        rows[HOT_COLUMNS], pd.DataFrame(hot, years.index, list(labels)), labels, _hot_note(len(labels), complete)
    )


def concentration_over_years(years: pd.DataFrame, draws: int = 2000, seed: int = SEED) -> pd.DataFrame:
    """How concentrated crime was each year, over the places that are known in all of them.

    `years` has a row a place and a column a year, oldest first. One row a year: holding (the places that hold
    half), value (their share of places, in %), lower and upper (95%, from counts drawn again; with two years or more
    also for what places move of themselves, see `yearly_spread`), gini (generalised), crimes, places and note. A
    year without crime has NaN and a note. The same arguments give the same numbers.
    Raises ValueError for a negative number. Source: Weisburd 2015; Bernasco & Steenbeek 2017; Efron 1979.
    """
    cells, left_out = _complete(years)
    generator, rows, tau2 = np.random.default_rng(seed), [], yearly_spread(years)
    for counts in cells.T:
        half, even = concentration(counts), generalised_gini(counts)
        lower, upper = _redrawn(counts, tau2, draws, generator)
        note = " ".join(filter(None, (half.note, left_out)))
        rows.append((half.numerator, half.value, lower, upper, even.value, counts.sum(), len(cells), note))
    names = ["holding", "value", "lower", "upper", "gini", "crimes", "places", "note"]
    return pd.DataFrame(rows, columns=names, index=years.columns).astype(dict.fromkeys(names[:-1], float))


def concentration_change(years: pd.DataFrame, draws: int = 2000, seed: int = SEED) -> ConcentrationChange:
    """Whether the share of places that hold half of the crime is another in the last year than in the first.

    `years` is as `concentration_over_years` takes it. The year with more crime is first thinned to as many crimes as
    the other has, because fewer crimes always look more concentrated. Then each place's two counts are swapped or
    not at the throw of a coin: the differences so made are those of places that have ups and downs but no change
    in concentration, and give the interval and p. The same arguments give the same numbers. Raises ValueError for
    a negative number. Source: Pitman 1937 (paired randomisation); METHODS.md, "Places".
    """
    cells, left_out = _complete(years)
    if cells.shape[1] < 2 or len(cells) < 2 or not cells[:, [0, -1]].sum(axis=0).all():
        why = "It takes two years with crime in them and two places to tell whether concentration changed."
        return ConcentrationChange(None, None, None, None, None, None, False, " ".join(filter(None, (why, left_out))))
    first, last = _thinned(cells[:, 0], cells[:, -1], draws, np.random.default_rng(seed))
    swap = np.random.default_rng(seed + 1).random(first.shape) < 0.5
    chance = np.abs(_half_share(np.where(swap, first, last)) - _half_share(np.where(swap, last, first)))
    before, after = float(_half_share(first).mean()), float(_half_share(last).mean())
    moved, reach = after - before, float(np.quantile(chance, 0.95))
    p = float((1 + (chance >= abs(moved) - 1e-9).sum()) / (draws + 1))
    return ConcentrationChange(before, after, moved, moved - reach, moved + reach, p, abs(moved) <= reach, left_out)


def _limits(expected: np.ndarray, tail: float, tau2: float) -> tuple[np.ndarray, np.ndarray]:
    if not tau2:
        return funnel_limits(expected, tail)
    half = stats.norm.isf(tail) * np.sqrt(1 / expected + tau2)
    return np.exp(-half), np.exp(half)


def _gini(counts: pd.Series | Sequence[float], method: str, generalised: bool) -> Estimate:
    values = np.sort(_nonnegative(counts))
    places, crimes = len(values), float(values.sum())
    if places < 2 or not crimes:
        return absent("0 to 1", method, "It takes two places and one crime to be unequal.", crimes, float(places))
    ranks = np.arange(1, places + 1)
    plain = float(((2 * ranks - places - 1) * values).sum() / (places * crimes))
    value = max(1.0, places / crimes) * (plain - 1) + 1 if generalised else plain
    return Estimate(value, None, None, crimes, float(places), "0 to 1", method)


def _nonnegative(values: object) -> np.ndarray:
    numbers = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(numbers)) or np.any(numbers < 0):
        raise ValueError("A number is missing or negative: leave the area out and say so.")
    return numbers


def _areas(counts: pd.Series, populations: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts and populations as numbers, 1 where an area is left out, and why it is ("" where it is not)."""
    events, people = _cells(counts), _people(populations, counts.index)
    note = np.select([np.isnan(people), np.isnan(events)], [NO_PEOPLE, WITHHELD], "").astype(object)
    return np.where(note == "", events, 1.0), np.where(note == "", people, 1.0), note


def _cells(values: pd.Series | pd.DataFrame) -> np.ndarray:
    """Counts as numbers, NaN where one is missing. Raises ValueError for one that is negative or infinite."""
    numbers = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    if np.any(numbers < 0) or np.any(np.isinf(numbers)):
        raise ValueError("A number is negative or infinite, which a count or a population can't be.")
    return numbers


def _people(populations: pd.Series, index: pd.Index) -> np.ndarray:
    """Populations in the order of `index`, NaN where there is none or nobody."""
    people = _cells(populations.reindex(index))
    return np.where(people > 0, people, np.nan)


def _variance(tau2: float) -> float:
    if not (np.isfinite(tau2) and tau2 >= 0):
        raise ValueError(f"A variance of {tau2:g} is impossible: it is a finite number from 0.")
    return float(tau2)


def _drawn_ranks(events: np.ndarray, people: np.ndarray, draws: int, seed: int, tau2: float) -> np.ndarray:
    """Ranks of the areas' rates (1 is the highest) in each of `draws`, draws by areas."""
    generator = np.random.default_rng(seed)
    rates = generator.gamma(events + 0.5, size=(draws, len(events))) / people
    if tau2:
        rates *= np.exp(np.sqrt(tau2) * generator.standard_normal(rates.shape))
    ranks = np.empty(rates.shape, dtype=np.int64)
    np.put_along_axis(ranks, np.argsort(-rates, axis=1), np.arange(1, len(events) + 1)[None, :], axis=1)
    return ranks


def _log_variance(k1: np.ndarray, k2: np.ndarray) -> np.ndarray:
    """The variance of the log of the ratio of two Poisson counts; a zero enters as a half."""
    return 1 / np.maximum(k1, 0.5) + 1 / np.maximum(k2, 0.5)


def _conditional(
    k1: np.ndarray,
    k2: np.ndarray,
    n1: np.ndarray,
    n2: np.ndarray,
    times: np.ndarray,
    confidence: float,
    degrees: float = np.inf,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The ratio of k1/n1 to k2/n2 with exact conditional limits and p, both widened `times` on the log scale.

    Where that is more than once, Student's t on `degrees` of freedom takes the place of the normal.
    """
    with np.errstate(divide="ignore"):
        ratio = (k1 / n1) / (k2 / n2)
    middle = (np.maximum(k1, 0.5) / n1) / (np.maximum(k2, 0.5) / n2)
    tail = (1 - confidence) / 2
    reach = np.where(times > 1, times * stats.t.isf(tail, degrees) / stats.norm.isf(tail), 1.0)
    lower, upper = (middle * (limit / middle) ** reach for limit in ratio_interval(k1, k2, n1, n2, confidence))
    share = n1 / (n1 + n2)
    tail = np.minimum(stats.binom.cdf(k1, k1 + k2, share), stats.binom.sf(k1 - 1, k1 + k2, share))
    exact = np.minimum(1.0, 2 * tail)
    # A tail too small for a floating-point number still has a distance from the middle.
    far = np.abs(np.log(middle)) / np.sqrt(_log_variance(k1, k2))
    distance = np.where(exact > 1e-290, stats.norm.isf(exact / 2), far)
    return ratio, lower, upper, np.where(times > 1, 2 * stats.t.sf(distance / times, degrees), exact)


def _own_and_rest(people: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How many times an area's own variance of log rates its ratio to the rest has: the rest moves too, if less.

    The rest is taken as areas of the average size, each of which moves of itself.
    """
    return 1 + people.sum() / max(len(people), 1) / others


def _against_method(areas: int, tau2: float) -> str:
    method = f"rate over that of the rest of {areas} areas; exact conditional interval"
    return f"{method}, widened for rates that move from year to year" if tau2 else method


def _stands_out(events: np.ndarray, people: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The verdict of `funnel` on each known area, with its share of the total by population as expected."""
    words = np.full(len(events), ABSENT, dtype=object)
    if known.any():
        expected = events[known].sum() * people[known] / people[known].sum()
        words[known] = funnel(pd.Series(events[known]), pd.Series(expected), restore=True)["verdict"]
    return words


def _between(moved: np.ndarray, chance: np.ndarray) -> float:
    """tau2: how much log ratios vary beyond their `chance` variances, whatever their extreme tenths do.

    The tau2 at which the ratios over root(chance + tau2), their extreme tenths pulled in, have the mean square that
    a normal sample would have: 0 where they have no more than that without it, and for fewer than three ratios.
    """
    number = len(moved)
    if number < 3:
        return 0.0

    def excess(tau2: float) -> float:
        z = moved / np.sqrt(chance + tau2)
        pulled = np.clip(z, *np.quantile(z, [PULLED_IN, 1 - PULLED_IN]))
        return float((pulled**2).mean()) / LEFT_IN - (number - 1) / number

    most = float((moved**2).max()) / LEFT_IN * 2
    return float(optimize.brentq(excess, 0.0, most, xtol=1e-12)) if excess(0.0) > 0 else 0.0


def _move_spread(now: np.ndarray, then: np.ndarray) -> float:
    """The variance of areas' log ratios of now to then, relative to all areas, chance apart."""
    some = now + then > 0
    now, then = now[some], then[some]
    if not (now.sum() and then.sum()):
        return 0.0
    moved = np.log((now + 0.5) / (then + 0.5)) - np.log(now.sum() / then.sum())
    return _between(moved, _log_variance(now + 0.5, then + 0.5))


def _hot_p(events: np.ndarray, people: np.ndarray, times: float, tau2: float) -> np.ndarray:
    """One-sided p that an area's rate is at most `times` that of all areas; NaN where it is left out."""
    p, known = np.full(len(events), np.nan), np.isfinite(events) & np.isfinite(people)
    count, size = events[known], people[known]
    if not count.sum():
        return p
    most = times * count.sum() * size / size.sum()
    exact = stats.poisson.sf(count - 1, most)
    far = np.log(np.maximum(count, 0.5) / most) * np.sqrt(most)
    distance = np.where(exact > 1e-290, stats.norm.isf(exact), far)
    p[known] = np.where(distance > 0, stats.norm.sf(distance / np.sqrt(1 + most * tau2)), exact)
    return p


def _moves(cells: np.ndarray, rate: float, smallest_base: int) -> pd.DataFrame:
    """The latest year against the earlier ones together, relative to the other areas; NaN in a row leaves it out."""
    now, then = cells[:, -1], cells[:, :-1].sum(axis=1)
    known = np.isfinite(now)
    others = np.nansum(now) - now, np.nansum(then) - then
    possible = known & (others[0] > 0) & (others[1] > 0) & (now + then > 0)
    sides = [np.where(possible, side, 1.0) for side in (now, then, *others)]
    extra = _log_variance(sides[2], sides[3]) + _move_spread(now[known], then[known])
    times = np.sqrt(1 + extra / _log_variance(sides[0], sides[1]))
    ratio, lower, upper, p = _conditional(*sides, times, 0.95, max(int(known.sum()) - 1, 1))
    p = np.where(possible, p, np.nan)
    enough = possible & (np.minimum(sides[0], sides[1]) >= max(smallest_base, 1))
    columns = {"change": ratio, "lower": lower, "upper": upper}
    rows = pd.DataFrame({name: np.where(enough, 100 * (limit - 1), np.nan) for name, limit in columns.items()})
    clear = false_discovery(p, rate)
    few = f"One of the two counts is below {smallest_base}, too few for a percentage."
    return rows.assign(
        p_change=p,
        direction=np.select([clear & (ratio > 1), clear & (ratio < 1)], [RISING, FALLING], ""),
        note=np.select([enough, possible], ["", few], "There is no crime to compare."),
    )


def _kinds(hot: np.ndarray, direction: np.ndarray) -> np.ndarray:
    earlier = hot[:, :-1]
    cooling = (direction == FALLING) & earlier.any(axis=1)
    emerging = (direction == RISING) & hot[:, -1] & ~earlier.all(axis=1)
    return np.select([cooling, emerging, hot.all(axis=1)], [COOLING, EMERGING, PERSISTENT], "")


def _hot_note(years: int, complete: np.ndarray) -> str:
    missing, told = int((~complete).sum()), []
    if years < YEARS_FOR_KINDS:
        told.append(
            f"It takes {YEARS_FOR_KINDS} years to tell a lasting hot spot from a new one, and there are {years}."
        )
    if years == 1:
        told.append("One year does not show how far areas move of themselves, so only chance is allowed for.")
    if missing:
        told.append(
            f"{missing} of {len(complete)} areas lack a count or a population, and no change of theirs is told."
        )
    return " ".join(told)


def _complete(years: pd.DataFrame) -> tuple[np.ndarray, str]:
    """The rows without a gap, and a sentence on those with one ("" where there is none)."""
    cells = _cells(years)
    whole = np.isfinite(cells).all(axis=1)
    missing = int((~whole).sum())
    if not missing:
        return cells, ""
    return cells[whole], (
        f"{missing} of {len(cells)} places are left out, because a count of theirs is withheld or was not supplied;"
        " such places have little crime, so the share of places is if anything too high."
    )


def _half_share(counts: np.ndarray) -> np.ndarray:
    """`concentration` of each row (draws by places), in % of places; of the last place only the part that is needed.

    Whole places would move in steps, and two years that differ by less than a step can't be judged.
    """
    ordered = -np.sort(-counts, axis=1).astype(float)
    running = np.cumsum(ordered, axis=1)
    half = running[:, -1] / 2
    last = (running < half[:, None] * (1 - 1e-12)).sum(axis=1)
    row = np.arange(len(counts))
    missing = half - (running[row, last] - ordered[row, last])
    return 100 * (last + missing / ordered[row, last]) / counts.shape[1]


def _redrawn(
    counts: np.ndarray, tau2: float, draws: int, generator: np.random.Generator
) -> tuple[float | None, float | None]:
    """95% limits of `concentration` from counts drawn again, places moving of themselves by `tau2`; to whole places.

    Counts drawn again carry chance twice and look more concentrated than those found; a shift takes that off.
    """
    total, places = counts.sum(), len(counts)
    if not total:
        return None, None
    likely = counts * np.exp(np.sqrt(tau2) * generator.standard_normal((draws, places)))
    again = _half_share(generator.multinomial(round(total), likely / likely.sum(axis=1, keepdims=True)))
    shift = _half_share(counts[None, :])[0] - np.median(again)
    lower, upper = (np.quantile(again, [0.025, 0.975]) + shift) * places / 100
    return 100 * max(1.0, np.floor(lower)) / places, 100 * min(float(places), np.ceil(upper)) / places


def _thinned(
    first: np.ndarray, last: np.ndarray, draws: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Both years, draws by places, with crimes taken away at random from the one that has more until they have as many."""
    whole = [np.rint(year).astype(np.int64) for year in (first, last)]
    fewest = int(min(year.sum() for year in whole))
    return tuple(
        np.broadcast_to(year, (draws, len(year)))
        if year.sum() == fewest
        else generator.multivariate_hypergeometric(year, fewest, size=draws, method="marginals")
        for year in whole
    )
