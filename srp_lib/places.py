"""Places: which types of crime an area has more of than others, and which areas stand out by more than chance.

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
from srp_lib.change import false_discovery
from srp_lib.estimates import frame
from srp_lib.rates import count_interval, ratio_interval, wilson_interval

ABOVE, BELOW, WITHIN, ABSENT = (
    "higher than chance would explain",
    "lower than chance would explain",
    "within the limits",
    "no limits",
)
INNER, OUTER = 0.025, 0.001  # one-sided tail probabilities of the 95% and 99.8% limits
PULLED_IN = 0.1  # the share of each tail that is pulled in before areas' spread is measured
_EDGE = stats.norm.isf(PULLED_IN)
LEFT_IN = 0.8 + 0.2 * _EDGE**2 - 2 * _EDGE * stats.norm.pdf(_EDGE)  # what that leaves of a normal variance
WITHHELD = "A count is withheld or was not supplied, so the area is left out."
NO_PEOPLE = "The area has no population to set a count against, so it is left out."
SEED, DRAWS = 2021, 10_000


@dataclass(frozen=True)
class Overdispersion:
    """How much more areas differ than chance alone would make them: phi, and tau2 as a variance of log ratios."""

    phi: float
    tau2: float
    areas: int


def location_quotient(counts: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Each type's share of an area's crime over its share of all areas' crime: 1 means the same mix as elsewhere.

    `counts` has a row an area and a column a type. One row an (area, type), laid out as
    `srp_lib.estimates.table`: numerator the cell, denominator the area's total. The interval is Wilson's for the
    area's share, with the overall share taken as known. An area without crime, or a type without any, has NaN
    and a note. Raises ValueError for missing or negative counts. Source: Brantingham & Brantingham 1997.
    """
    cells = nonnegative(counts)
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


def over_represented(counts: pd.DataFrame, whole: pd.Series) -> pd.DataFrame:
    """The cells of `location_quotient` (areas by types) that are above 1 by more than chance, over all cells.

    `whole` has each type's count in all areas and outside them; a cell that is withheld is NaN and is not tried. The p
    of a cell is that of the score test of its share, of which Wilson's interval is the inversion: it is below 5% where
    the 95% interval leaves out 1. Raises ValueError for a negative count.
    Source: Wilson 1927; Benjamini & Hochberg 1995.
    """
    rest = (whole - counts.sum()).clip(lower=0)
    table = location_quotient(pd.concat([counts.fillna(0.0), rest.to_frame().T])).loc[list(counts.index)]
    table = table[table["value"].notna() & (table["numerator"].between(1, table["denominator"], inclusive="left"))]
    share = table["numerator"] / table["denominator"]
    overall = share / table["value"]
    z = (share - overall) / np.sqrt(overall * (1 - overall) / table["denominator"])
    return table[false_discovery(2 * stats.norm.sf(z.abs())) & (table["lower"] > 1)]


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
    events, people = nonnegative(counts), nonnegative(populations)
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
    events, known = nonnegative(observed), nonnegative(expected)
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
    a zero is not low where a zero is likely. `restore` is as `overdispersion` takes it. An area where nothing is
    expected has NaN and a note. Raises ValueError for missing or negative numbers or indexes that differ.
    Source: Spiegelhalter 2005.
    """
    if not observed.index.equals(expected.index):
        raise ValueError("Observed and expected numbers must be of the same areas in the same order.")
    events, base = nonnegative(observed), nonnegative(expected)
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
    words = np.select([~known, high, low], [ABSENT, ABOVE, BELOW], WITHIN)
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
    extra = _variance(tau2) * _own_and_rest(sides[2], sides[3]) / log_variance(sides[0], sides[1])
    ratio, lower, upper, p = conditional_ratio(*sides, np.sqrt(1 + extra), confidence)
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


def yearly_spread(years: pd.DataFrame, apart: Sequence[int] = ()) -> float:
    """How far areas' rates move from year to year of themselves: the variance of one year's log rate, chance apart.

    `years` has a row an area and a column a year of like months, oldest first; `apart` the years between neighbouring
    columns, one number fewer than columns, and all 1 where it is empty. Each year is compared with the one before,
    relative to all areas; the extreme tenths are pulled in. Pairs further apart than a year move further, so they
    are used only where no pair is one year apart, their variance divided by their years. 0 at the least, and with
    fewer than two years or three areas. Raises ValueError for a negative number, and for an `apart` that is of another
    length or has a number below 1. Source: as `overdispersion`; METHODS.md, "Places".
    """
    cells = known_counts(years)
    steps, moves = _steps(apart, cells.shape[1]), []
    for step, then, now in zip(steps, cells.T[:-1], cells.T[1:]):
        if step == 1 or 1 not in steps:
            both = np.isfinite(then) & np.isfinite(now)
            moves.append(spread_of_moves(now[both], then[both]) / 2 / step)
    return float(np.mean(moves)) if moves else 0.0


def nonnegative(values: object) -> np.ndarray:
    """Counts as numbers. Raises ValueError for one that is missing, infinite or negative."""
    numbers = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(numbers)) or np.any(numbers < 0):
        raise ValueError("A number is missing or negative: leave the area out and say so.")
    return numbers


def known_counts(values: pd.Series | pd.DataFrame) -> np.ndarray:
    """Counts as numbers, NaN where one is missing. Raises ValueError for one that is negative or infinite."""
    numbers = values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    if np.any(numbers < 0) or np.any(np.isinf(numbers)):
        raise ValueError("A number is negative or infinite, which a count or a population can't be.")
    return numbers


def known_people(populations: pd.Series, index: pd.Index) -> np.ndarray:
    """Populations in the order of `index`, NaN where there is none or nobody."""
    people = known_counts(populations.reindex(index))
    return np.where(people > 0, people, np.nan)


def log_variance(k1: np.ndarray, k2: np.ndarray) -> np.ndarray:
    """The variance of the log of the ratio of two Poisson counts; a zero enters as a half."""
    return 1 / np.maximum(k1, 0.5) + 1 / np.maximum(k2, 0.5)


def conditional_ratio(
    k1: np.ndarray,
    k2: np.ndarray,
    n1: np.ndarray,
    n2: np.ndarray,
    times: np.ndarray,
    confidence: float,
    degrees: float = np.inf,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The ratio of k1/n1 to k2/n2, its exact conditional limits and two-sided p, widened `times` on the log scale.

    All arrays have one shape; n1 and n2 are above zero. Where `times` is more than 1, Student's t on `degrees` of
    freedom takes the place of the normal. Source: Clopper & Pearson 1934 (R's poisson.test).
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
    far = np.abs(np.log(middle)) / np.sqrt(log_variance(k1, k2))
    distance = np.where(exact > 1e-290, stats.norm.isf(exact / 2), far)
    return ratio, lower, upper, np.where(times > 1, 2 * stats.t.sf(distance / times, degrees), exact)


def spread_of_moves(now: np.ndarray, then: np.ndarray) -> float:
    """The variance of areas' log ratios of now to then, relative to all areas, chance apart; 0 at the least.

    Both have an item an area, all known. Source: as `overdispersion` with `restore`.
    """
    some = now + then > 0
    now, then = now[some], then[some]
    if not (now.sum() and then.sum()):
        return 0.0
    moved = np.log((now + 0.5) / (then + 0.5)) - np.log(now.sum() / then.sum())
    return _between(moved, log_variance(now + 0.5, then + 0.5))


def _limits(expected: np.ndarray, tail: float, tau2: float) -> tuple[np.ndarray, np.ndarray]:
    if not tau2:
        return funnel_limits(expected, tail)
    half = stats.norm.isf(tail) * np.sqrt(1 / expected + tau2)
    return np.exp(-half), np.exp(half)


def _areas(counts: pd.Series, populations: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts and populations as numbers, 1 where an area is left out, and why it is ("" where it is not)."""
    events, people = known_counts(counts), known_people(populations, counts.index)
    note = np.select([np.isnan(people), np.isnan(events)], [NO_PEOPLE, WITHHELD], "").astype(object)
    return np.where(note == "", events, 1.0), np.where(note == "", people, 1.0), note


def _variance(tau2: float) -> float:
    if not (np.isfinite(tau2) and tau2 >= 0):
        raise ValueError(f"A variance of {tau2:g} is impossible: it is a finite number from 0.")
    return float(tau2)


def _steps(apart: Sequence[int], years: int) -> list[int]:
    steps = list(apart) or [1] * max(years - 1, 0)
    if len(steps) != max(years - 1, 0) or any(step < 1 for step in steps):
        raise ValueError(f"{years} years have {max(years - 1, 0)} steps of a year or more between them: {steps}.")
    return steps


def _drawn_ranks(events: np.ndarray, people: np.ndarray, draws: int, seed: int, tau2: float) -> np.ndarray:
    """Ranks of the areas' rates (1 is the highest) in each of `draws`, draws by areas."""
    generator = np.random.default_rng(seed)
    rates = generator.gamma(events + 0.5, size=(draws, len(events))) / people
    if tau2:
        rates *= np.exp(np.sqrt(tau2) * generator.standard_normal(rates.shape))
    ranks = np.empty(rates.shape, dtype=np.int64)
    np.put_along_axis(ranks, np.argsort(-rates, axis=1), np.arange(1, len(events) + 1)[None, :], axis=1)
    return ranks


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
