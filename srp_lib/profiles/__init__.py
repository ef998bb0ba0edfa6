"""Profiles: the small tables on which the expectations are checked, derived from an extract's tidy rows.

Each view is a pure function (frame, files, context) -> table, so that every rule in `expectations/` can be a
standard expectation on a plain column. What depends on the run (today, the area, its expected counts, the other
extracts) is a computed column here, and the suites stay static. Conventions, which srp_lib/gate.py relies on:

- `file` names the raw file that a row comes from (blank where a row belongs to no single file);
- `weight` is the number of extract rows that a row of the view stands for (1 where there is no such column);
- `<column>_detail` is a sentence that explains a failure in `<column>`; it holds no value of a single record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from srp_lib.profiles import (
    boundaries,
    deprivation,
    lookups,
    neighbours,
    offences,
    partner,
    plan,
    population,
    rural_urban,
    small_areas,
    street,
    table_c2,
    ward_groups,
    ward_population,
)
from srp_lib.profiles.common import AGES, SEXES, Context, View, files_view
from srp_lib.profiles.street import ASB, STREET_HEADER
from srp_lib.profiles.table_c2 import C2_COUNTS

__all__ = [
    "AGES",
    "ASB",
    "C2_COUNTS",
    "SEXES",
    "STREET_HEADER",
    "VIEWS",
    "Context",
    "View",
    "columns_needed",
    "derive",
    "make_context",
]

# The views of each extract, and the columns of the tidy frame that each needs (None: all of them).
STREET_COUNTED = ("file", "month", "reported_by", "lad_code")
VIEWS: dict[str, dict[str, tuple[View, tuple[str, ...] | None]]] = {
    "street_crime": {
        "files": (street.street_files, STREET_COUNTED),
        "rows": (
            street.street_rows,
            (*STREET_COUNTED, "crime_id", "longitude", "latitude", "lsoa_code", "lsoa_known", "crime_type", "outcome"),
        ),
        "ids": (street.street_ids, ("file", "crime_id")),
        "points": (
            street.street_points,
            ("file", "longitude", "latitude", "location", "lsoa_code", "lsoa_name", "lad_code"),
        ),
        "lsoas": (street.street_lsoas, ("file", "lsoa_code")),
        "months": (street.street_months, (*STREET_COUNTED, "lsoa_code", "crime_type", "vintage")),
        "calendar": (street.street_calendar, STREET_COUNTED),
        "outcomes": (street.street_outcomes, ("file", "outcome")),
    },
    "population": {
        "files": (files_view, ()),
        "rows": (population.population_rows, None),
        "areas": (population.population_areas, None),
        "years": (population.population_years, None),
    },
    "small_area_population": {
        "files": (files_view, ()),
        "rows": (small_areas.small_rows, None),
        "vintages": (small_areas.small_vintages, None),
    },
    "lsoa11_lsoa21": {
        "files": (files_view, ()),
        "rows": (lookups.change_rows, None),
        "vintages": (lookups.change_vintages, None),
    },
    "lsoa11_ward": {
        "files": (files_view, ()),
        "rows": (lookups.ward11_rows, None),
        "area": (lookups.ward11_area, None),
    },
    "lsoa21_ward": {
        "files": (files_view, ()),
        "rows": (lookups.ward21_rows, None),
        "area": (lookups.ward21_area, None),
    },
    "lad_csp_pfa": {
        "files": (files_view, ()),
        "rows": (lookups.partnership_rows, None),
        "area": (lookups.partnership_area, None),
    },
    "boundaries": {
        "files": (files_view, ()),
        "rows": (boundaries.boundary_rows, None),
        "layers": (boundaries.boundary_layers, None),
    },
    "recorded_crime_csp": {
        "files": (files_view, ()),
        "rows": (table_c2.c2_rows, None),
        "forces": (table_c2.c2_forces, None),
        "periods": (table_c2.c2_periods, None),
    },
    "deprivation": {
        "files": (files_view, ()),
        "rows": (deprivation.deprivation_rows, None),
        "tables": (deprivation.deprivation_tables, None),
    },
    "neighbours": {
        "files": (files_view, ()),
        "rows": (neighbours.neighbour_rows, None),
        "areas": (neighbours.neighbour_areas, None),
        "lists": (neighbours.neighbour_lists, None),
    },
    "ward_groups": {
        "files": (files_view, ()),
        "rows": (ward_groups.group_rows, None),
        "groupings": (ward_groups.groupings, None),
    },
    "rural_urban": {
        "files": (files_view, ()),
        "rows": (rural_urban.class_rows, None),
        "vintages": (rural_urban.class_vintages, None),
    },
    "ward_population": {
        "files": (files_view, ()),
        "rows": (ward_population.ward_rows, None),
        "tables": (ward_population.ward_tables, None),
    },
    "offences": {
        "files": (files_view, ()),
        "rows": (
            offences.offence_rows,
            (
                "file",
                "offence_id",
                *offences.DATES,
                "ho_code",
                "offence",
                *offences.CHILD_FLAGS,
                "modern_slavery",
                "suspect_count",
                "outcome_code",
            ),
        ),
        "flags": (offences.offence_flags, ("file", *partner.FLAGS["offences"])),
        "codes": (offences.offence_codes, ("file", "recorded_date", "ho_code")),
        "outcomes": (offences.offence_outcomes, ("file", "outcome_code")),
        "strands": (offences.offence_strands, ("file", "hate_strands")),
        "lsoas": (partner.lsoas, ("file", "lsoa21")),
        "blanks": (offences.offence_blanks, ("file", "lsoa21", "committed_from", "committed_to", "outcome_code")),
        "calendar": (offences.offence_calendar, ("offence_id", "recorded_date")),
        "groups": (offences.offence_groups, ("recorded_date", "ho_code")),
    },
    "victims": {
        "files": (files_view, ()),
        "rows": (partner.victim_rows, ("file", "offence_id", "victim_id", "sex", "age", "relationship")),
        "flags": (partner.victim_flags, ("file", *partner.FLAGS["victims"])),
        "blanks": (partner.victim_blanks, ("file", "sex", "age", "relationship")),
    },
    "suspects": {
        "files": (files_view, ()),
        "rows": (partner.suspect_rows, ("file", "offence_id", "suspect_id", "sex", "age", "ocg_role")),
        "flags": (partner.suspect_flags, ("file", *partner.FLAGS["suspects"])),
        "blanks": (partner.suspect_blanks, ("file", "sex", "age")),
    },
    "asb_incidents": {
        "files": (files_view, ()),
        "rows": (partner.asb_rows, ("file", "incident_id", "date", "reported_to", "category", "subcategory")),
        "lsoas": (partner.lsoas, ("file", "lsoa21")),
        "blanks": (partner.incident_blanks, ("file", "lsoa21")),
        "calendar": (partner.incident_calendar, ("date",)),
    },
    "missing_children": {
        "files": (files_view, ()),
        "rows": (partner.missing_rows, ("file", "episode_id", "child_id", "date")),
        "flags": (partner.missing_flags, ("file", *partner.FLAGS["missing_children"])),
        "calendar": (partner.incident_calendar, ("date",)),
    },
    "fire_incidents": {
        "files": (files_view, ()),
        "rows": (partner.fire_rows, ("file", "incident_id", "date", "type")),
        "lsoas": (partner.lsoas, ("file", "lsoa21")),
        "blanks": (partner.incident_blanks, ("file", "lsoa21")),
        "calendar": (partner.incident_calendar, ("date",)),
    },
    "services": {"files": (files_view, ()), "rows": (partner.service_rows, None)},
    "surveys": {
        "files": (files_view, ()),
        "rows": (plan.survey_rows, None),
        "questions": (plan.survey_questions, ("file", "survey", "question_id", "question")),
    },
    "calls_101": {
        "files": (files_view, ()),
        "rows": (plan.call_rows, None),
        "calendar": (plan.call_calendar, ("month", "offered")),
    },
    "consultation": {"files": (files_view, ()), "rows": (plan.consultation_rows, None)},
    "indicators": {"files": (files_view, ()), "rows": (plan.indicator_rows, None)},
    "actions": {"files": (files_view, ()), "rows": (plan.action_rows, None)},
    "risk_scores": {
        "files": (files_view, ()),
        "rows": (plan.score_rows, None),
        "issues": (plan.score_issues, ("file", "issue", "organisation", "dimension", "score")),
        "names": (plan.score_names, ("issue", "organisation")),
    },
    "risk_scale": {
        "files": (files_view, ()),
        "rows": (plan.scale_rows, None),
        "parts": (plan.scale_parts, ("file", "part", "weight")),
    },
    "harm_weights": {
        "files": (files_view, ()),
        "rows": (plan.weight_rows, None),
        "versions": (plan.weight_versions, ("version",)),
        "coverage": (plan.weight_cover, ("version", "ho_code")),
    },
}


def columns_needed(extract: str, views: Iterable[str]) -> list[str] | None:
    """The columns of the tidy frame that these views of an extract read; None for all of them."""
    wanted = [VIEWS[extract][view][1] for view in views]
    if any(columns is None for columns in wanted):
        return None
    return list(dict.fromkeys(name for columns in wanted for name in columns or ()))


def derive(extract: str, view: str, frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The table of one view, with a fresh index. Raises KeyError for a view that the extract does not have."""
    return VIEWS[extract][view][0](frame, files, context).reset_index(drop=True)


def make_context(
    area_code: str, expected: Mapping[str, int], today: date, others: Mapping[str, pd.DataFrame]
) -> Context:
    """Gather what the views need from the other extracts supplied: frames by extract name, lookups among them."""
    lsoas: dict[str, frozenset[str]] = {}
    area_lsoas: dict[str, frozenset[str]] = {}
    area_wards: dict[str, frozenset[str]] = {}
    for vintage in ("2011", "2021"):
        column, ward = f"lsoa{vintage[2:]}_code", others.get(f"lsoa{vintage[2:]}_ward")
        found = ward if ward is not None and len(ward) else others.get("lsoa11_lsoa21")
        if found is None or not len(found):
            continue
        mine = found["lad_code"] == area_code
        lsoas[vintage], area_lsoas[vintage] = frozenset(found[column]), frozenset(found.loc[mine, column])
        if found is ward:
            lsoas[f"ward{vintage}"] = lsoas[vintage]
            for year, group in found[mine].groupby("ward_year", observed=True):
                area_wards[f"{vintage} {year}"] = frozenset(group["ward_code"])
    return Context(area_code, today, dict(expected), lsoas, area_lsoas, area_wards, dict(others))
