"""Views of the population of small areas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srp_lib.profiles.common import AGES, Context, lowest, numbers


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
    return view.astype({"known": bool})


def small_vintages(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file, vintage and reference: LSOAs of the audited area against the number expected."""
    rows = []
    for (file, vintage, _), group in frame.groupby(["file", "vintage", "reference"], observed=True):
        area, expected = context.area_lsoas.get(str(vintage)), context.expected.get(f"lsoa{str(vintage)[2:]}")
        found = len(area & set(group["lsoa_code"])) if area is not None else 0
        difference = np.nan if area is None or expected is None else found - expected
        rows.append((file, difference, f"{file} has {found} of the area's {expected} LSOAs of {vintage}."))
    return pd.DataFrame(rows, columns=["file", "area_difference", "area_difference_detail"]).astype(
        {"area_difference": float}
    )
