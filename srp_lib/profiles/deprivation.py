"""Views of the Indices of Deprivation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srp_lib.extracts.deprivation import EDITIONS, ENGLISH_LSOAS
from srp_lib.profiles.common import Context, area_lsoas, lsoas_known, numbers

# The LSOAs of England that each edition ranks, and their vintage.
VINTAGES = {f"IoD {year}": vintage for vintage, year in EDITIONS.items()}
ENGLAND = {edition: ENGLISH_LSOAS[vintage] for edition, vintage in VINTAGES.items()}
RANKED = ("imd", "crime")


def deprivation_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows: whether the lookups know the code, and each rank against England, its decile and its score."""
    view = frame[["file", "reference", "lsoa_code"]].reset_index(drop=True)
    view = view.astype({"file": "category", "reference": "category"})
    view["known"] = lsoas_known(frame, context)
    everyone = view["reference"].map(ENGLAND).astype(float).to_numpy()
    for name in RANKED:
        columns = [f"{name}_rank", f"{name}_decile", f"{name}_score"]
        view[columns] = numbers(frame, columns).to_numpy()
        rank, decile = view[columns[0]], view[columns[1]]
        view[f"{name}_rank_beyond"] = rank > everyone
        view[f"{name}_decile_difference"] = decile - np.ceil(10 * rank / everyone)
        view[f"{name}_score_rises"] = _score_rises(view, name)
    return view


def _score_rises(view: pd.DataFrame, name: str) -> np.ndarray:
    """Whether a row's score is above that of the row ranked just before it; the order of ties is that of the scores."""
    edition, rank, score = view["reference"].cat.codes, view[f"{name}_rank"], view[f"{name}_score"].to_numpy()
    order = np.lexsort((-score, rank, edition))
    rises = np.zeros(len(view), dtype=bool)
    same = np.diff(edition.to_numpy()[order]) == 0
    rises[order[1:]] = same & (np.diff(score[order]) > 0)
    return rises


def deprivation_tables(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file, edition and vintage: the area's LSOAs, ranks of a whole table, crime ranks left out."""
    view = area_lsoas(frame, "reference", context).rename(columns={"reference": "edition"})
    groups = frame.groupby(["file", "vintage", "reference"], observed=True)
    view["edition_known"] = view["edition"].isin(ENGLAND)
    view["vintage_wrong"] = view["edition_known"] & (view["edition"].map(VINTAGES) != view["vintage"])
    view["editions_of_vintage"] = view.groupby("vintage")["edition"].transform("nunique")
    view["editions_of_vintage_detail"] = (
        view["file"] + " is not the only edition for the LSOAs of " + view["vintage"] + "."
    )
    for name in RANKED:
        wrong = np.array([_ranks_wrong(group[f"{name}_rank"], str(key[2])) for key, group in groups], dtype=float)
        view[f"{name}_ranks_wrong"] = wrong
        view[f"{name}_ranks_wrong_detail"] = [
            f"{file}: ranks that no LSOA has, or one too many has: {count:,.0f}."
            for file, count in zip(view["file"], wrong, strict=True)
        ]
    blanks = [group["crime_rank"].isna() for _, group in groups]
    view["crime_missing"] = [0 if each.all() else int(each.sum()) for each in blanks]
    view["crime_missing_detail"] = (
        view["file"] + " has no crime rank for " + view["crime_missing"].astype(str) + " of its LSOAs."
    )
    return view


def _ranks_wrong(ranks: pd.Series, edition: str) -> float:
    """How many ranks are held by nobody or by one too many; NaN for an extract of part of England, or without ranks.

    LSOAs that share a rank are no fault: the ranks that their number passes over are held by nobody.
    """
    everyone, given = ENGLAND.get(edition, 0), ranks.dropna().astype(int)
    if not everyone or 2 * len(given) <= everyone:
        return np.nan
    held = np.bincount(given[given.between(1, everyone)], minlength=everyone + 1)[1:]
    passed = np.zeros(everyone, dtype=bool)
    for at in np.flatnonzero(held > 1):
        passed[at + 1 : at + held[at]] = True
    return float(np.sum((held > 0) == passed))
