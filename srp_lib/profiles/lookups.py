"""Views of the lookups between geographies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from srp_lib.profiles.common import Context, as_text, misnamed, named_otherwise, nameless, names_of


def _spread(frame: pd.DataFrame, keys: list[str], value: str) -> pd.Series:
    """For each row, how many different values the group of its keys has."""
    pairs = frame[[*keys, value]].drop_duplicates()
    return (
        frame[keys]
        .merge(pairs.groupby(keys, observed=True)[value].size().rename("n").reset_index(), on=keys, how="left")["n"]
        .set_axis(frame.index)
    )


def _ward_rows(frame: pd.DataFrame, lsoa: str) -> pd.DataFrame:
    """The rows of an LSOA to ward lookup with wards of the LSOA and local authorities of the ward."""
    view = frame.rename(columns={f"{lsoa}_code": "lsoa_code", f"{lsoa}_name": "lsoa_name"}).reset_index(drop=True)
    view["wards_of_lsoa"] = _spread(view, ["lsoa_code", "ward_year"], "ward_code")
    view["lads_of_ward"] = _spread(view, ["ward_code", "ward_year"], "lad_code")
    year, lad = view["ward_year"].astype(str) + " ", as_text(view["lad_code"]) + " "
    wards = misnamed(year + as_text(view["ward_code"]), (year + lad + as_text(view["ward_name"])))
    view["misnamed"] = wards.where(view["ward_name"].notna(), False) | misnamed(view["lad_code"], view["lad_name"])
    return view.assign(nameless=_nameless(view, ("lsoa", "ward", "lad")))


def _nameless(view: pd.DataFrame, areas: Sequence[str]) -> pd.Series:
    """Which rows have a code of one of these areas without a name."""
    found = [nameless(view[f"{area}_code"], view[f"{area}_name"]) for area in areas]
    return pd.concat(found, axis=1).any(axis=1)


def _ward_area(frame: pd.DataFrame, lsoa: str, context: Context) -> pd.DataFrame:
    """One row per file and ward year: the audited area's LSOAs and wards against the numbers expected."""
    rows = []
    for (file, year), group in frame.groupby(["file", "ward_year"], observed=True):
        area = group[group["lad_code"] == context.area_code]
        lsoas, wards = area[f"{lsoa}_code"].nunique(), area["ward_code"].nunique()
        sentence = f"{file} has {lsoas} LSOAs and {wards} wards of {context.area_code}"
        rows.append(
            (
                file,
                year,
                lsoas - context.expected.get(lsoa, lsoas),
                wards - context.expected.get("wards", wards),
                sentence,
            )
        )
    view = pd.DataFrame(rows, columns=["file", "ward_year", "lsoas_difference", "wards_difference", "sentence"])
    view["lsoas_difference_detail"] = view["sentence"] + f"; {context.expected.get(lsoa)} LSOAs were expected."
    view["wards_difference_detail"] = view["sentence"] + f"; {context.expected.get('wards')} wards were expected."
    return view.drop(columns="sentence").astype({"lsoas_difference": float, "wards_difference": float})


def ward11_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of the 2011 LSOA to ward lookup; see _ward_rows."""
    return _ward_rows(frame, "lsoa11")


def ward11_area(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The audited area in the 2011 LSOA to ward lookup; see _ward_area."""
    return _ward_area(frame, "lsoa11", context)


def ward21_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of the 2021 LSOA to ward lookup; see _ward_rows."""
    return _ward_rows(frame, "lsoa21")


def ward21_area(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The audited area in the 2021 LSOA to ward lookup; see _ward_area."""
    return _ward_area(frame, "lsoa21", context)


def change_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of the 2011 to 2021 LSOA lookup, flagged where U, S or M contradicts how often the codes occur."""
    frame = frame.reset_index(drop=True)
    view = frame[["file", "lsoa11_code", "lsoa21_code", "change", "lad_code"]].copy(deep=False)
    view["nameless"] = _nameless(frame, ("lsoa11", "lsoa21", "lad"))
    view["misnamed"] = misnamed(frame["lad_code"], frame["lad_name"])
    view["named_otherwise"] = _named_otherwise(frame, context)
    children = view.groupby("lsoa11_code", observed=True)["lsoa21_code"].transform("size")
    parents = view.groupby("lsoa21_code", observed=True)["lsoa11_code"].transform("size")
    change, same = view["change"].astype(str), view["lsoa11_code"].astype(str) == view["lsoa21_code"].astype(str)
    view["unchanged_wrong"] = (change == "U") & ((children != 1) | (parents != 1) | ~same)
    view["split_wrong"] = (change == "S") & ((children < 2) | (parents != 1))
    view["merged_wrong"] = (change == "M") & ((parents < 2) | (children != 1))
    return view


def _named_otherwise(frame: pd.DataFrame, context: Context) -> pd.Series:
    """Which rows of the audited area give an LSOA another name than its ward lookup does."""
    found = pd.Series(False, index=frame.index)
    for lsoa in ("lsoa11", "lsoa21"):
        code, name = f"{lsoa}_code", f"{lsoa}_name"
        known = names_of(context.others.get(f"{lsoa}_ward"), code, name)
        found |= named_otherwise(frame[code], frame[name], known)
    return found & (frame["lad_code"] == context.area_code)


def change_vintages(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per vintage: codes that a ward lookup has and this one lacks, and the area's count against expected."""
    area, rows = frame["lad_code"] == context.area_code, []
    for vintage, column in (("2011", "lsoa11_code"), ("2021", "lsoa21_code")):
        codes, known, wanted = set(frame[column]), context.lsoas.get(f"ward{vintage}"), context.expected.get(column[:6])
        found = frame.loc[area, column].nunique()
        missing = np.nan if known is None else len(known - codes)
        rows.append(
            (
                vintage,
                missing,
                np.nan if wanted is None else found - wanted,
                f"{found} LSOAs of {vintage} are in {context.area_code}; {wanted} were expected.",
            )
        )
    view = pd.DataFrame(rows, columns=["vintage", "missing", "area_difference", "area_difference_detail"])
    view["missing_detail"] = [
        f"{row.missing:.0f} LSOAs of {row.vintage} that the ward lookup has are not in this one."
        for row in view.itertuples()
    ]
    return view.astype({"missing": float, "area_difference": float}).assign(file=_only_file(frame))


def _only_file(frame: pd.DataFrame) -> str:
    """The file that all rows come from; blank where there are several or none."""
    names = frame["file"].astype(str).unique()
    return names[0] if len(names) == 1 else ""


def partnership_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of the local authority to partnership to force lookup with forces of the partnership."""
    view = frame.reset_index(drop=True)
    view["nameless"] = _nameless(view, ("lad", "csp", "pfa"))
    view["misnamed"] = misnamed(view["csp_code"], view["csp_name"]) | misnamed(view["pfa_code"], view["pfa_name"])
    view["named_otherwise"] = _area_named_otherwise(view, context)
    return view.assign(forces_of_csp=_spread(view, ["csp_code", "year"], "pfa_code"))


def _area_named_otherwise(view: pd.DataFrame, context: Context) -> pd.Series:
    """Which rows of the audited area give it or its partnership another name than the population or table C2 does."""
    people, table = (context.others.get(name) for name in ("population", "recorded_crime_csp"))
    found = named_otherwise(view["lad_code"], view["lad_name"], names_of(people, "area_code", "area_name"))
    found |= named_otherwise(view["lad_code"], view["csp_code"], names_of(table, "lad_code", "csp_code"))
    found |= named_otherwise(view["csp_code"], view["csp_name"], names_of(table, "csp_code", "csp_name"))
    return found & (view["lad_code"] == context.area_code)


def partnership_area(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and year: in how many partnerships the audited area is."""
    view = frame[["file", "year"]].drop_duplicates().astype({"file": str}).reset_index(drop=True)
    area = frame[frame["lad_code"] == context.area_code]
    found = area.groupby([area["file"].astype(str), "year"]).size().rename("area_rows").reset_index()
    view = view.merge(found, on=["file", "year"], how="left").fillna({"area_rows": 0})
    view["area_rows_detail"] = (
        view["file"]
        + f" has {context.area_code} "
        + view["area_rows"].astype(int).astype(str)
        + " times for "
        + view["year"].astype(str)
        + "."
    )
    return view
