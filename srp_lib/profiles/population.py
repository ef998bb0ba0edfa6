"""Views of the mid-year population estimates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srp_lib.profiles.common import AGES, SEXES, Context, lowest, numbers


def population_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows with the sum of their ages against the total, the ages that are missing and the lowest count."""
    view = frame[["file", "year", "area_code", "sex"]].assign(all_ages=numbers(frame, ["all_ages"]))
    ages = numbers(frame, AGES).to_numpy()
    view["ages_missing"] = np.isnan(ages).sum(axis=1)
    view["ages_difference"] = np.nansum(ages, axis=1) - view["all_ages"]
    view["lowest"] = np.fmin(lowest(ages), view["all_ages"])
    return view


def population_areas(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per year and area: sexes present, persons against females plus males at every age, change on the year."""
    counts = ["all_ages", *AGES]
    once = frame.drop_duplicates(["year", "area_code", "sex"]).set_index(["year", "area_code"])
    split = {sex: numbers(once[once["sex"] == sex], counts) for sex in SEXES}
    gap = (split["persons"] - split["females"] - split["males"]).abs().max(axis=1)
    view = once.groupby(level=[0, 1]).agg(
        file=("file", "first"), area_name=("area_name", "first"), sexes=("sex", "nunique")
    )
    view = view.join(gap.rename("sexes_difference")).join(split["persons"]["all_ages"].rename("persons")).reset_index()
    before = view[["year", "area_code", "persons"]].assign(year=view["year"] + 1).rename(columns={"persons": "before"})
    view = view.merge(before, on=["year", "area_code"], how="left")
    view["change"] = 100 * (view["persons"] / view["before"] - 1)
    view["change_detail"] = [
        f"{row.area_name}, mid-{row.year}: {row.change:+.1f}% on the year before." for row in view.itertuples()
    ]
    return view


def population_years(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and year: files that give that year, rows of the audited area and its change on the year."""
    view = frame[["file", "year"]].drop_duplicates().astype({"file": str}).reset_index(drop=True)
    view["files_of_year"] = view.groupby("year")["file"].transform("size")
    view["files_of_year_detail"] = view["file"] + " gives mid-" + view["year"].astype(str) + ", as another file does."
    area = frame[frame["area_code"] == context.area_code]
    found = area.groupby([area["file"].astype(str), "year"]).size().rename("area_rows").reset_index()
    view = view.merge(found, on=["file", "year"], how="left").fillna({"area_rows": 0})
    view["area_rows_detail"] = (
        view["file"] + f" has {context.area_code} in " + view["area_rows"].astype(int).astype(str) + " of three sexes."
    )
    areas = population_areas(area, files, context)[["year", "change", "change_detail"]]
    view = view.merge(
        areas.rename(columns={"change": "area_change", "change_detail": "area_change_detail"}), on="year", how="left"
    )
    view["as_another_year"] = view["year"].isin(_alike(area))
    view["as_another_year_detail"] = view["file"] + ": the area has at every age the numbers of another year."
    view["after_today"] = view["year"] > context.today.year
    return view


def _alike(area: pd.DataFrame) -> set[int]:
    """The years in which the area's numbers at every age are those of another year too."""
    persons = area[area["sex"] == "persons"].drop_duplicates("year")
    counts = numbers(persons, ["all_ages", *AGES])
    return set(persons.loc[counts.duplicated(keep=False), "year"])
