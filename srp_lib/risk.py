"""Risk: scores put together by a partnership's own scale, and how firm the ranking is that comes of them.

Scores are a frame with a row for each issue, organisation and dimension: columns issue, organisation, dimension (text)
and score (whole number). The scale says what counts and how; nothing here knows of any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy import stats

HARM, LIKELIHOOD, SHOWN = "harm", "likelihood", "shown"
MEAN, HIGHEST, PRODUCT, SUM = "mean", "highest", "product", "sum"
KEYS = ["issue", "organisation", "dimension"]
DRAWS, SEED, TOP = 10_000, 2021, 5
TAIL = 0.025  # on either side of a range of rank
AT_ONCE = 2_000_000  # scores drawn together, which bounds the memory
DECIMALS = 9  # risks that agree to so many are equal
Levels = TypeVar("Levels", np.ndarray, pd.Series)


@dataclass(frozen=True)
class Dimension:
    """One thing that is scored. `part` is harm, likelihood or shown (told beside the risk and not in it).

    `reversed` is true where a high score means less risk; `scores` says what each score means, where the scale does.
    """

    name: str
    part: str
    weight: float = 1.0
    reversed: bool = False
    meaning: str = ""
    scores: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scale:
    """A partnership's scale: its scores with their labels, lowest first, its dimensions and how they are combined.

    `within` puts the dimensions of a part together ("mean", weighted, or "highest"); `across` makes risk of harm and
    likelihood ("product" or "sum"). Raises ValueError where a part has no dimension that counts, or a rule is unknown.
    """

    title: str
    scores: Mapping[int, str]
    dimensions: tuple[Dimension, ...]
    within: str = MEAN
    across: str = PRODUCT

    def __post_init__(self) -> None:
        """Refuse a scale that cannot give a risk."""
        if self.within not in (MEAN, HIGHEST) or self.across not in (PRODUCT, SUM):
            raise ValueError("A scale's within_part is mean or highest and its across_parts product or sum.")
        for part in (HARM, LIKELIHOOD):
            if not self.of(part):
                raise ValueError(f"The scale has no dimension of {part} with a weight above 0, so it gives no risk.")
        if not self.scores:
            raise ValueError("The scale has no scores: list them from lowest to highest.")

    @property
    def lowest(self) -> int:
        """The lowest score."""
        return min(self.scores)

    @property
    def highest(self) -> int:
        """The highest score."""
        return max(self.scores)

    @property
    def middle(self) -> float:
        """Half way between the lowest and the highest score."""
        return (self.lowest + self.highest) / 2

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest risk that the scale can give."""
        low, high = self.across_parts(np.array([self.lowest, self.highest]), np.array([self.lowest, self.highest]))
        return float(low), float(high)

    @cached_property
    def counted(self) -> tuple[Dimension, ...]:
        """The dimensions that make up the risk."""
        return (*self.of(HARM), *self.of(LIKELIHOOD))

    def of(self, part: str) -> tuple[Dimension, ...]:
        """The dimensions of a part, without those of weight 0 where the part is in the risk."""
        return tuple(one for one in self.dimensions if one.part == part and (one.weight > 0 or part == SHOWN))

    def turned(self, scores: Levels, dimension: Dimension) -> Levels:
        """Scores of a dimension as they count: turned about the middle where a high one means less risk."""
        return self.lowest + self.highest - scores if dimension.reversed else scores

    def across_parts(self, harm: np.ndarray, likelihood: np.ndarray) -> np.ndarray:
        """Risk from harm and likelihood."""
        return harm * likelihood if self.across == PRODUCT else harm + likelihood


def read_scale(rows: pd.DataFrame) -> Scale:
    """The scale of the extract risk_scale: a row for each dimension and score, in the order of the supplier's file.

    Columns title, dimension, part, weight, reversed, meaning, score, label, score_meaning, within and across. Raises
    ValueError as `Scale`.
    """
    rows = rows.astype(object).where(rows.notna(), None)
    first = rows.iloc[0]
    labels = {int(row.score): str(row.label) for row in rows.sort_values("score").itertuples()}
    dimensions = []
    for name, own in rows.groupby("dimension", sort=False):
        told = {int(row.score): str(row.score_meaning) for row in own.itertuples() if row.score_meaning}
        one = own.iloc[0]
        dimensions.append(
            Dimension(str(name), one["part"], float(one["weight"]), bool(one["reversed"]), one["meaning"] or "", told)
        )
    return Scale(str(first["title"]), labels, tuple(dimensions), str(first["within"]), str(first["across"]))


def consensus(scores: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """The mean over scorers: a row an issue, in the order in which they come, a column for each dimension of the scale.

    Scores are as given, not turned; NaN where nobody scored. What the scale does not define is left out. Raises
    ValueError as `checked`.
    """
    means = checked(scores, scale).groupby(["issue", "dimension"], sort=False)["score"].mean().unstack("dimension")
    return means.reindex(index=_issues(scores), columns=[one.name for one in scale.dimensions]).astype(float)


def combine(scores: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Harm, likelihood, risk and rank of each issue, indexed by issue in the order in which they come.

    Scores are first averaged over those who gave one, dimension by dimension. Columns: harm, likelihood, risk (float);
    rank (1 the highest, equal risks share the better rank); tied (bool); lacking (dimensions that nobody scored: no
    risk and no rank, NaN); partly (dimensions that some of the issue's scorers left out). Raises ValueError as
    `checked`.
    """
    cube = _cube(scores, scale)
    harm, likelihood = _parts(_mean(cube.values), scale)
    found = pd.DataFrame({"harm": harm, "likelihood": likelihood}, index=cube.issues)
    found["risk"] = np.round(scale.across_parts(harm, likelihood), DECIMALS)
    found["rank"] = found["risk"].rank(ascending=False, method="min")
    found["tied"] = found["risk"].notna() & found["risk"].duplicated(keep=False)
    given = ~np.isnan(cube.values)
    found["lacking"] = pd.Series(_names(~given.any(axis=1), scale), cube.issues)
    taking_part = given.any(axis=2, keepdims=True)
    found["partly"] = pd.Series(_names((taking_part & ~given).any(axis=1) & given.any(axis=1), scale), cube.issues)
    return found.reindex(_issues(scores))


def rank_stability(
    scores: pd.DataFrame, scale: Scale, k: int = TOP, draws: int = DRAWS, seed: int = SEED, together: bool = False
) -> pd.DataFrame:
    """How the ranking holds when scores are moved at random by -1, 0 or +1, alike likely, and kept on the scale.

    Every single score is moved by itself, which takes scorers to err independently; with `together` all scorers of an
    issue's dimension are moved alike. Columns, indexed by issue: low and high (the 95% range of its rank, 1 the
    highest) and top (share of draws in which it is among the `k` highest; issues that tie for the last place share
    it, so that shares add up to `k`). Issues without a risk are NaN. Raises ValueError as `checked`.
    Source: METHODS.md, "Risk".
    """
    cube, chances = _cube(scores, scale), np.random.default_rng(seed)
    firm = ~np.isnan(_mean(cube.values)).any(axis=1)
    values, found = cube.values[firm], pd.DataFrame(np.nan, cube.issues, ["low", "high", "top"])
    if not firm.any():
        return found.reindex(_issues(scores))
    best, worst = [], []
    for number in _portions(draws, values.size):
        moved = chances.integers(-1, 2, (number, len(values), 1 if together else values.shape[1], values.shape[2]))
        levels = _mean(np.clip(values + moved, scale.lowest, scale.highest))
        risk = -np.round(scale.across_parts(*_parts(levels, scale)), DECIMALS)
        best.append(stats.rankdata(risk, "min", axis=1))
        worst.append(stats.rankdata(risk, "max", axis=1))
    first, last = np.concatenate(best), np.concatenate(worst)
    found.loc[firm, "low"] = np.quantile(first, TAIL, axis=0, method="inverted_cdf")
    found.loc[firm, "high"] = np.quantile(last, 1 - TAIL, axis=0, method="inverted_cdf")
    found.loc[firm, "top"] = np.clip((k - first + 1) / (last - first + 1), 0, 1).mean(axis=0)
    return found.reindex(_issues(scores))


def leave_one_out(scores: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Each issue's rank when one scorer is left out: a row an issue, a column for each scorer, in order of name.

    NaN where the issue then has no risk; no column where there is one scorer alone. Raises ValueError as `checked`.
    """
    scorers = sorted(scores["organisation"].astype(str).unique())
    ranks = {
        one: combine(scores[scores["organisation"].astype(str) != one], scale)["rank"]
        for one in scorers
        if len(scorers) > 1
    }
    return pd.DataFrame(ranks, index=_issues(scores), columns=list(ranks), dtype=float)


def spread(scores: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """How far scorers are apart on each issue, indexed by issue.

    Columns: scorers (how many scored it), lowest and highest (risk by a single scorer's own scores; NaN where none
    scored every dimension that counts), dimension, low and high (where their scores are furthest apart, the first in
    the scale's order of equals; "" and NaN under two scorers). Raises ValueError as `checked`.
    """
    cube, rows = _cube(scores, scale), checked(scores, scale)
    own = np.round(scale.across_parts(*_parts(cube.values, scale)), DECIMALS)
    alone = pd.DataFrame(own, index=cube.issues, columns=cube.scorers)
    found = pd.DataFrame({"lowest": alone.min(axis=1), "highest": alone.max(axis=1)})
    found.insert(0, "scorers", rows.groupby("issue")["organisation"].nunique())
    sides = rows.groupby(["issue", "dimension"])["score"].agg(["min", "max", "size"]).reset_index()
    sides = sides[sides["size"] > 1]
    order = {one.name: place for place, one in enumerate(scale.dimensions)}
    sides = sides.assign(apart=sides["min"] - sides["max"], place=sides["dimension"].map(order))
    widest = sides.sort_values(["apart", "place"]).drop_duplicates("issue").set_index("issue")
    found["dimension"] = widest["dimension"].reindex(found.index).fillna("")
    found[["low", "high"]] = widest[["min", "max"]].reindex(found.index)
    return found.reindex(_issues(scores))


def checked(scores: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """The scores of dimensions that the scale defines: issue, organisation and dimension as text, score as a number.

    Raises ValueError where a score is not on the scale, naming issue and dimension, or one scorer scored the same
    twice.
    """
    rows = scores[[*KEYS, "score"]].astype(dict.fromkeys(KEYS, str)).astype({"score": float})
    rows = rows[rows["dimension"].isin([one.name for one in scale.dimensions])]
    off = rows[~rows["score"].isin(list(scale.scores))]
    if len(off):
        issue, dimension = off.iloc[0][["issue", "dimension"]]
        raise ValueError(
            f"A score of '{issue}' on {dimension} is not on the scale, which runs from {scale.lowest} to {scale.highest}: "
            "correct it in the file of risk scores, or the scale in risk_scale.toml."
        )
    twice = rows[rows.duplicated(KEYS)]
    if len(twice):
        issue, dimension = twice.iloc[0][["issue", "dimension"]]
        raise ValueError(f"'{issue}' has two scores of one scorer on {dimension}: keep the latest.")
    return rows


@dataclass(frozen=True)
class _Cube:
    """Scores as they count, by issue, scorer and dimension of `Scale.counted`; NaN where none was given.

    Issues and scorers are in order of name, so that what is drawn for each does not hang on the order of rows.
    """

    issues: list[str]
    scorers: list[str]
    values: np.ndarray


def _cube(scores: pd.DataFrame, scale: Scale) -> _Cube:
    rows = checked(scores, scale)
    issues, scorers = sorted(_issues(scores)), sorted(rows["organisation"].unique())
    names = [one.name for one in scale.counted]
    rows = rows[rows["dimension"].isin(names)]
    values = np.full((len(issues), max(len(scorers), 1), len(names)), np.nan)
    places = [pd.Index(known).get_indexer(rows[column]) for known, column in zip((issues, scorers, names), KEYS)]
    values[tuple(places)] = rows["score"]
    turned = [scale.turned(values[:, :, place], one) for place, one in enumerate(scale.counted)]
    return _Cube(issues, scorers, np.stack(turned, axis=2))


def _issues(scores: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(scores["issue"].astype(str)))


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean over scorers, the last axis but one, of the scores that were given; NaN where none was."""
    given = ~np.isnan(values)
    number = given.sum(axis=-2)
    total = np.where(given, values, 0).sum(axis=-2)
    return np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)


def _parts(levels: np.ndarray, scale: Scale) -> tuple[np.ndarray, np.ndarray]:
    """Harm and likelihood from levels, whose last axis is `Scale.counted`; NaN where a dimension is."""
    first = len(scale.of(HARM))
    return _part(levels[..., :first], scale.of(HARM), scale), _part(levels[..., first:], scale.of(LIKELIHOOD), scale)


def _part(levels: np.ndarray, dimensions: Sequence[Dimension], scale: Scale) -> np.ndarray:
    if scale.within == HIGHEST:
        return levels.max(axis=-1)
    weights = np.array([one.weight for one in dimensions])
    return levels @ (weights / weights.sum())


def _names(marked: np.ndarray, scale: Scale) -> list[tuple[str, ...]]:
    """The names of the dimensions marked, issue by issue."""
    return [tuple(one.name for one, lies in zip(scale.counted, row) if lies) for row in marked]


def _portions(draws: int, size: int) -> Iterator[int]:
    """How many draws are made at a time."""
    step = max(1, AT_ONCE // max(size, 1))
    for start in range(0, draws, step):
        yield min(step, draws - start)
