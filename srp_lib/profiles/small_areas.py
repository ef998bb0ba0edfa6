"""Views of the population of small areas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srp_lib.profiles.common import AGES, Context, area_lsoas, lowest, lsoa_named_otherwise, numbers


def small_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows with their ages against the total, and whether the lookups of their vintage know the code."""
    view = frame[["file", "vintage", "reference", "lsoa_code"]].copy()
    view[["residents", "households"]] = numbers(frame, ["residents", "households"])
    ages = numbers(frame, AGES).to_numpy()
    view["ages_given"] = (~np.isnan(ages)).sum(axis=1)
    view["ages_difference"] = np.where(view["ages_given"] > 0, np.nansum(ages, axis=1) - view["residents"], 0.0)
    view["lowest"] = np.where(view["ages_given"] > 0, lowest(ages), np.nan)
    view["crowded"] = view["households"] > view["residents"]
    known = [context.lsoas.get(vintage) for vintage in view["vintage"].astype(str)]
    view["known"] = [codes is None or code in codes for codes, code in zip(known, view["lsoa_code"], strict=True)]
    view["named_otherwise"] = lsoa_named_otherwise(frame, context).to_numpy()
    return view.astype({"known": bool})


def small_vintages(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file, vintage and reference: LSOAs of the audited area against the number expected."""
    return area_lsoas(frame, "reference", context)
