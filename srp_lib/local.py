"""Local evidence: what one audit knows of places within its area, on one geography for all months.

Answers in counts by ward, by neighbourhood (a unit of `srp_lib.vintages`) or by a group of wards. The counts are as
they are: whoever shows them protects them first, with `Local.shown`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd

from srp_lib import disclosure, vintages
from srp_lib.codelists import RECORDED, measures
from srp_lib.evidence import Evidence
from srp_lib.extracts import LOOKUPS, ExtractError
from srp_lib.extracts.deprivation import ENGLISH_LSOAS
from srp_lib.used import DENOMINATOR, NUMERATOR, Used, of_files
from srp_lib.vintages import OneGeography
from srp_lib.vulnerability import exponential_score

WARD, OLD_WARD, UNIT = "ward", "old_ward", "unit"
VISITORS = ("shoplifting", "theft_from_the_person")
# From this many times the borough's thefts from shops and persons for each resident, many who are there live elsewhere.
MANY_VISITORS = 2.0

Shapes = dict[str, list[np.ndarray]]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Year:
    """A year of a comparison over several: its label and the months of it that all the years have."""

    label: str
    months: tuple[str, ...]


@dataclass(frozen=True)
class Local:
    """The places of an audit. `evidence` is that of the whole area, whose totals every split of them must give."""

    evidence: Evidence

    @cached_property
    def policy(self) -> disclosure.Policy:
        """How counts of places are shown: protected in the public edition, whatever they are of."""
        return disclosure.policy(self.evidence.config, self.evidence.edition)

    def shown(self, counts: pd.Series) -> pd.Series:
        """Counts as they may be shown: Int64, <NA> where withheld; as they are in the partnership's edition."""
        return self.policy.counts(counts.astype(int))

    def lacking(self, *names: str) -> tuple[str, ...]:
        """Those of the extracts that were not supplied, in the order asked for."""
        return tuple(name for name in names if name not in self.evidence.intake.extracts)

    @cached_property
    def geography(self) -> OneGeography:
        """The units of the area."""
        return vintages.one_geography(self._lookups, self.evidence.area_code)

    @cached_property
    def units(self) -> pd.DataFrame:
        """The neighbourhoods, by code: name, change, lsoa11, lsoa21, ward, old_ward (codes or None), residents.

        Residents are NaN where no table of small areas has them.
        """
        people = self._population("2021")
        older = self._population("2011")
        return self.geography.units.assign(
            ward=self._wards_of_units(people),
            old_ward=self.geography.main_area(self._wards_by("lsoa11"), older, "2011"),
            residents=self._people(),
        )

    @cached_property
    def wards(self) -> pd.DataFrame:
        """The wards, by code, in order of name: name, neighbourhoods (how many), residents. None where no lookup has them."""
        return self._areas(WARD, "lsoa21_ward")

    @property
    def ward_year(self) -> int:
        """The year whose wards they are, by the lookup; 0 where none was supplied."""
        return int(self._lookups["lsoa21_ward"]["ward_year"].max()) if "lsoa21_ward" in self._lookups else 0

    @cached_property
    def old_wards(self) -> pd.DataFrame:
        """The wards of the lookup of 2011 LSOAs, as `wards`."""
        return self._areas(OLD_WARD, "lsoa11_ward")

    @cached_property
    def ward_estimates(self) -> tuple[str, pd.Series] | None:
        """The publisher's own estimate of each ward's residents and its reference ("mid-2022"); None where not supplied.

        Of those that have every ward, the one nearest to the middle of the period.
        """
        if self.lacking("ward_population"):
            return None
        frame = self.evidence.intake.extracts["ward_population"].frame(["reference", "ward_code", "residents"])
        codes = set(self._main_wards.dropna())
        rows = frame[frame["ward_code"].isin(codes)].astype({"reference": str, "ward_code": str})
        whole = {name: rows for name, rows in rows.groupby("reference") if rows["ward_code"].nunique() == len(codes)}
        if not whole:
            return None
        middle = 12 * self.evidence.period.middle.year + self.evidence.period.middle.month
        nearest = min(whole, key=lambda name: (abs(_month_of(name) - middle), name))
        return nearest, whole[nearest].drop_duplicates("ward_code").set_index("ward_code")["residents"].astype(float)

    @property
    def typical_size(self) -> str:
        """How many people live in a neighbourhood on average, to the nearest hundred, as text; "1,500" where nobody is counted."""
        people = self.units["residents"]
        return f"{people.mean().round(-2):,.0f}" if people.notna().any() else "1,500"

    @cached_property
    def parted(self) -> tuple[str, ...]:
        """The neighbourhoods whose LSOAs lie in two wards: each is counted whole in one of them."""
        return self.geography.parted(self._wards_by("lsoa21"), "2021")

    @cached_property
    def groupings(self) -> dict[str, pd.Series]:
        """Each grouping of wards by its name: the group of each ward's code. None where no extract gives one."""
        if self.lacking("ward_groups"):
            return {}
        frame = (
            self.evidence.intake.extracts["ward_groups"].frame(["ward_code", "grouping", "group_name"]).astype(object)
        )
        frame = frame[frame["ward_code"].isin(self.wards.index)]
        return {
            str(name): rows.set_index("ward_code")["group_name"].reindex(self.wards.index)
            for name, rows in frame.groupby("grouping", sort=True)
        }

    def area_of(self, by: str) -> pd.Series:
        """The area of each neighbourhood: `by` is "unit", "ward", "old_ward" or the name of a grouping."""
        if by == UNIT:
            return pd.Series(self.units.index, self.units.index)
        if by in (WARD, OLD_WARD):
            return self.units[by]
        return self.units[WARD].map(self.groupings[by].to_dict())

    def counts(self, slug: str, by: str = WARD, months: Sequence[str] | None = None) -> pd.DataFrame:
        """True counts of a measure: a row an area that has a neighbourhood, a column a month (the period's unless told).

        What lies in none of them is not there: see `unallocated`.
        """
        cells, areas = self._kept(("cells", by), lambda: self._gathered(by))
        of_measure = pd.DataFrame(cells[:, self._types_of(slug), :].sum(axis=1), areas, list(self.evidence.available))
        return of_measure[list(self.evidence.months if months is None else months)]

    def totals(self, slug: str, by: str = WARD, months: Sequence[str] | None = None) -> pd.Series:
        """True counts by area over the months given, or the period's."""
        return self.counts(slug, by, months).sum(axis=1)

    def used(
        self, slugs: Sequence[str], areas: Collection[str], by: str = WARD, months: Sequence[str] | None = None, part: str = NUMERATOR
    ) -> Used:  # fmt: skip
        """The street-level rows of measures in some areas of `by`, by file; over the months given or the period's.

        As they are: a record of a protected fact leaves them out. See `srp_lib.used`.
        """
        cells, codes = self._kept(("files", by), lambda: self._summed_cells(self._by_file[0], by))
        types = [place for slug in slugs for place in self._types_of(slug)]
        wanted = set(self.evidence.months if months is None else months)
        rows, found = cells[np.ix_(codes.isin(areas), types)].sum(axis=(0, 1)), Counter[str]()
        for number, (month, file) in zip(rows, self._by_file[2]):
            if month in wanted:
                found[file] += int(number)
        return of_files(part, "street_crime", found.items())

    def residents_used(self, areas: Collection[str], by: str = WARD, part: str = DENOMINATOR) -> Used:
        """The rows of small areas that have the residents of some areas of `by`, by file; see `srp_lib.used`."""
        homes = self._kept(("homes", by), lambda: self._homes.map(self.area_of(by).to_dict()))
        found = Counter(homes.index[homes.isin(areas)])
        return of_files(part, "small_area_population", found.items())

    def unallocated(self, slug: str, months: Sequence[str] | None = None, by: str = WARD) -> pd.Series:
        """By month, rows in the area that no area of `by` has: LSOAs of irregular changes, or that the lookups lack."""
        whole = pd.Series(self._cube[0][:, self._types_of(slug), :].sum(axis=(0, 1)), list(self.evidence.available))
        wanted = list(self.evidence.months if months is None else months)
        return (whole - self.counts(slug, by, self.evidence.available).sum()).loc[wanted].astype(int)

    def balance(self, by: str = WARD) -> tuple[int, int]:
        """How many sums of the areas and the unallocated were held against the borough's: measures times months, and rows.

        The borough's counts are made by another way, from the same files. Raises ExtractError where one differs.
        """
        cells, rows = 0, 0
        for slug in measures():
            parts = self.counts(slug, by, self.evidence.available).sum() + self.unallocated(
                slug, self.evidence.available, by
            )
            if (parts != self.evidence.series(slug)).any():
                raise ExtractError(
                    f"The areas and the unallocated do not add up to {self.evidence.area_name} for {slug}: the lookups "
                    "and the street-level files were read differently. Run the audit again with --force."
                )
            cells += len(parts)
            rows += 0 if slug == RECORDED else int(parts.sum())  # which is the sum of others
        return cells, rows

    @cached_property
    def years(self) -> tuple[Year, ...]:
        """The audited period and the same months of each earlier year that has enough of them, the earliest first.

        All are over the months that every one of them has, at least `minimum_share` of the period's.
        """
        return _years(self.evidence)

    @cached_property
    def called(self) -> dict[str, str]:
        """What each neighbourhood is called by its code, in order: its ward and the end of its LSOA's name.

        The whole name of the LSOA where no lookup has its ward.
        """
        wards, prefix = self.wards["name"].to_dict(), f"{self.evidence.area_name} "
        told = {
            code: f"{wards[row['ward']]} ({row['name'].removeprefix(prefix)})" if row["ward"] in wards else row["name"]
            for code, row in self.units.iterrows()
        }
        return dict(sorted(told.items(), key=lambda pair: pair[1]))

    def sources(self, by: str, rated: bool = False) -> tuple[str, ...]:
        """The extracts, of those supplied, that counts of places rest on, and rates where `rated`."""
        own = {UNIT: ("lsoa21_ward",), OLD_WARD: ("lsoa11_ward",)}.get(by, ("lsoa21_ward", "ward_population"))
        groups = ("ward_groups",) if by in self.groupings else ()
        wanted = ("street_crime", "lsoa11_lsoa21", *own, *groups, *(("small_area_population",) if rated else ()))
        return tuple(name for name in wanted if name in self.evidence.intake.extracts)

    @property
    def base_label(self) -> str:
        """Whose residents rates are over, such as "Census 2021"; empty where no table of small areas was supplied."""
        return self._base[0] if self._base else ""

    @property
    def base_months_away(self) -> int:
        """How many months the residents that rates are over lie from the middle of the period; 0 where there are none."""
        middle = self.evidence.period.middle
        return abs(12 * middle.year + middle.month - _month_of(self._base[0])) if self._base else 0

    @cached_property
    def apart(self) -> tuple[int, ...]:
        """How many years lie between each of `years` and the next."""
        ends = [int(year.months[-1][:4]) for year in self.years]
        return tuple(after - before for before, after in zip(ends, ends[1:]))

    def residents(self, by: str = WARD) -> pd.Series:
        """Residents by area; NaN where they are not known."""
        return self._kept(("residents", by), lambda: self._summed("residents", by))

    def visited(self, by: str = WARD) -> tuple[str, ...]:
        """Areas where a rate over residents means little, since many who are there live elsewhere: town centres, shops.

        Those with `MANY_VISITORS` times the borough's thefts from shops and persons for each resident, of shown counts, and
        with at least `smallest_base` of them.
        """
        return self._kept(("visited", by), lambda: self._visited(by))

    def names(self, by: str = WARD) -> Mapping[str, str]:
        """The name of each area's code."""
        return self._kept(("names", by), lambda: self._named(by))

    def shapes(self, by: str) -> Shapes:
        """The outlines of wards or neighbourhoods as rings of (longitude, latitude); empty where none were supplied.

        Those of the vintage that has most of the areas, and most detail; a neighbourhood of several LSOAs has the rings of each.
        """
        return self._kept(("shapes", by), lambda: self._shapes(by))

    def _shapes(self, by: str) -> Shapes:
        if self.lacking("boundaries"):
            return {}
        frame = (
            self.evidence.intake.extracts["boundaries"]
            .frame(["layer", "vintage", "code", "geometry", "points"])
            .astype(object)
        )
        frame = frame[frame["layer"] == ("lsoa" if by == UNIT else "ward")]
        area_of = self.geography.unit_of if by == UNIT else {code: code for code in self.wards.index}
        owned = frame[frame["code"].isin(area_of)]
        if owned.empty:
            return {}
        detail = owned.groupby("vintage").agg(codes=("code", "nunique"), points=("points", "sum"))
        vintage = detail.sort_values(["codes", "points"]).index[-1]
        shapes: Shapes = {}
        for row in owned[owned["vintage"] == vintage].drop_duplicates("code").sort_values("code").itertuples():
            shapes.setdefault(area_of[row.code], []).extend(_rings(row.geometry))
        return shapes

    @cached_property
    def deprivation(self) -> dict[str, pd.Series]:
        """The Indices of Deprivation by edition ("IoD 2019"): each neighbourhood's score of 0 to 100, 100 the most deprived.

        A score is made from the national rank, in the same way for every edition, and averaged over residents where a
        neighbourhood holds several LSOAs.
        """
        if self.lacking("deprivation"):
            return {}
        frame = self.evidence.intake.extracts["deprivation"].frame(["vintage", "reference", "lsoa_code", "imd_rank"])
        found = {}
        for (reference, vintage), rows in frame.astype({"vintage": str, "reference": str}).groupby(
            ["reference", "vintage"]
        ):
            ranks = rows.drop_duplicates("lsoa_code").set_index("lsoa_code")["imd_rank"].astype(float)
            ranks = ranks[ranks.index.isin(self.geography.unit_of)]
            scores = pd.Series(exponential_score(ranks.to_numpy(), ENGLISH_LSOAS[vintage]), ranks.index)
            found[reference] = self.geography.averaged(scores, self._population(vintage), vintage)
        return found

    @cached_property
    def rural(self) -> pd.Series | None:
        """Each neighbourhood as "Rural" or "Urban", by the latest classification supplied; None where there is none."""
        if self.lacking("rural_urban"):
            return None
        frame = self.evidence.intake.extracts["rural_urban"].frame(["vintage", "lsoa_code", "rural"])
        vintage = str(frame["vintage"].astype(str).max())
        rows = frame[frame["vintage"].astype(str) == vintage].drop_duplicates("lsoa_code")
        words = {
            code: "Rural" if rural else "Urban" for code, rural in zip(rows["lsoa_code"], rows["rural"], strict=True)
        }
        return self.geography.main_area(words, self._population(vintage), vintage)

    @cached_property
    def _lookups(self) -> dict[str, pd.DataFrame]:
        held = self.evidence.intake.extracts
        return {name: held[name].frame() for name in LOOKUPS if name in held}

    def _wards_by(self, lsoa: str) -> dict[str, str]:
        """The ward of each LSOA of a vintage, by the lookup's latest wards; empty where it was not supplied."""
        if f"{lsoa}_ward" not in self._lookups:
            return {}
        rows = self._lookups[f"{lsoa}_ward"]
        rows = rows[rows["ward_year"] == rows["ward_year"].max()]
        return dict(zip(rows[f"{lsoa}_code"].astype(str), rows["ward_code"].astype(str), strict=True))

    @cached_property
    def _main_wards(self) -> pd.Series:
        """The ward of most residents of each neighbourhood."""
        return self.geography.main_area(self._wards_by("lsoa21"), self._population("2021"), "2021")

    def _wards_of_units(self, people: pd.Series) -> pd.Series:
        """The ward of each neighbourhood; one that lies in two is put where wards come nearest to their estimated residents."""
        if self.ward_estimates is None:
            return self._main_wards
        return self.geography.settled(
            self._main_wards, self._wards_by("lsoa21"), people, self.ward_estimates[1], "2021"
        )

    def _areas(self, by: str, lookup: str) -> pd.DataFrame:
        if self.lacking(lookup):
            return pd.DataFrame(columns=["name", "neighbourhoods", "residents"])
        rows = self._lookups[lookup]
        named = dict(zip(rows["ward_code"].astype(str), rows["ward_name"].astype(str), strict=True))
        grouped = self.units.groupby(by)["residents"]
        table = pd.DataFrame({"neighbourhoods": grouped.size(), "residents": grouped.sum(min_count=1)})
        table.insert(0, "name", [named[code] for code in table.index])
        return table.sort_values("name")

    @cached_property
    def _small(self) -> pd.DataFrame:
        columns = ["file", "vintage", "reference", "lsoa_code", "residents"]
        if self.lacking("small_area_population"):
            return pd.DataFrame(columns=columns)
        frame = self.evidence.intake.extracts["small_area_population"].frame(columns)
        frame = frame[frame["lsoa_code"].isin(self.geography.unit_of)]
        return frame.astype({"vintage": str, "reference": str, "residents": float})

    @cached_property
    def _homes(self) -> pd.Series:
        """The unit of each row of the table that rates are over; the index has the row's file."""
        held = self._small[["reference", "vintage"]].apply(tuple, axis=1) == self._base if self._base else []
        rows = self._small[held].drop_duplicates("lsoa_code") if self._base else self._small.iloc[:0]
        return rows.set_index("file")["lsoa_code"].map(dict(self.geography.unit_of))

    @cached_property
    def _base(self) -> tuple[str, str] | None:
        """Reference and vintage of the table of residents nearest to the middle of the period; the earlier on a tie."""
        middle = self.evidence.period.middle
        found = {
            (reference, vintage): abs(12 * middle.year + middle.month - _month_of(reference))
            for reference, vintage in self._small.groupby(["reference", "vintage"]).groups
        }
        return min(found, key=lambda one: (found[one], *one)) if found else None

    def _population(self, vintage: str) -> pd.Series:
        """Residents by LSOA of a vintage, for weights: of the table nearest to the period that has that vintage."""
        rows = self._small[self._small["vintage"] == vintage]
        if rows.empty:
            return pd.Series(dtype=float)
        wanted = self._base[0] if self._base and self._base[1] == vintage else rows["reference"].min()
        return rows[rows["reference"] == wanted].drop_duplicates("lsoa_code").set_index("lsoa_code")["residents"]

    def _people(self) -> pd.Series:
        """Residents by unit, of the table that rates are over."""
        if not self._base:
            return pd.Series(np.nan, self.geography.units.index)
        reference, vintage = self._base
        rows = self._small[(self._small["reference"] == reference) & (self._small["vintage"] == vintage)]
        return self.geography.summed(rows.drop_duplicates("lsoa_code").set_index("lsoa_code")["residents"], vintage)

    def _named(self, by: str) -> dict[str, str]:
        known = {UNIT: self.units, WARD: self.wards, OLD_WARD: self.old_wards}
        if by in known:
            return known[by]["name"].to_dict()
        return {group: group for group in self.groupings[by].dropna().unique()}

    def _summed(self, column: str, by: str) -> pd.Series:
        return self.units[column].groupby(self.area_of(by).to_numpy(), sort=True).sum(min_count=1)

    def _visited(self, by: str) -> tuple[str, ...]:
        people = self.residents(by)
        shown = sum(self.shown(self.totals(slug, by)).astype(float).fillna(0) for slug in VISITORS)
        whole = shown.sum() / people.sum() if people.sum() else np.nan
        many = (shown / people >= MANY_VISITORS * whole) & (shown >= self.evidence.config.smallest_base)
        return tuple(str(area) for area in shown.index[many])

    def _kept(self, name: tuple[str, str], make: Callable[[], Made]) -> Made:
        """What was made once under a name is kept, as `cached_property` keeps what takes no argument."""
        kept = self.__dict__.setdefault("_kept_so_far", {})
        if name not in kept:
            kept[name] = make()
        return kept[name]

    def _types_of(self, slug: str) -> list[int]:
        """Where the crime types of a measure are in the cube."""
        types = list(self._cube[1])
        return [types.index(name) for name in self.evidence.measure(slug).crime_types if name in types]

    def _gathered(self, by: str) -> tuple[np.ndarray, pd.Index]:
        """The cube's counts summed to areas, and the areas' codes in order; what is in none is left out."""
        return self._summed_cells(self._cube[0], by)

    def _summed_cells(self, cube: np.ndarray, by: str) -> tuple[np.ndarray, pd.Index]:
        codes, known = pd.factorize(self.area_of(by), sort=True)
        cells = np.zeros((len(known), *cube.shape[1:]), dtype=int)
        np.add.at(cells, codes[codes >= 0], cube[:-1][codes >= 0])
        return cells, pd.Index(known, dtype=object)

    @cached_property
    def _cube(self) -> tuple[np.ndarray, pd.Index]:
        """Counts by unit (one more for what is in none), crime type and available month, and the types."""
        cells, types, pairs = self._by_file
        months = np.zeros((*cells.shape[:2], len(self.evidence.available)), dtype=int)
        for place, (month, _) in enumerate(pairs):
            months[:, :, self.evidence.available.index(month)] += cells[:, :, place]
        return months, types

    @cached_property
    def _by_file(self) -> tuple[np.ndarray, pd.Index, list[tuple[str, str]]]:
        """Counts by unit (one more for what is in none), crime type and pair of month and file; the types and the pairs."""
        columns = ["file", "month", "crime_type", "lsoa_code", "lad_code", "reported_by"]
        street = self.evidence.intake.extracts["street_crime"].frame(columns)
        mine = (street["lad_code"] == self.evidence.area_code) & street["reported_by"].isin(self.evidence.forces)
        street = street[mine & street["month"].isin(self.evidence.available)]
        street = street.assign(month=street["month"].astype("category").cat.remove_unused_categories())
        place = {code: number for number, code in enumerate(self.geography.units.index)}
        lsoas = street["lsoa_code"].astype("category").cat
        outside = len(place)
        of_code = [place.get(self.geography.unit_of.get(code, ""), outside) for code in lsoas.categories]
        units = np.array([*of_code, outside])[lsoas.codes.to_numpy()]
        months, files = street["month"].cat, street["file"].astype("category").cat
        joint = months.codes.to_numpy().astype(int) * len(files.categories) + files.codes.to_numpy()
        held, place = np.unique(joint, return_inverse=True)
        pairs = [(str(months.categories[one // len(files.categories)]), str(files.categories[one % len(files.categories)])) for one in held]  # fmt: skip
        types = street["crime_type"].astype("category").cat
        shape = (outside + 1, len(types.categories), len(pairs))
        flat = np.ravel_multi_index((units, types.codes.to_numpy(), place), shape)
        return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape), types.categories, pairs


def _years(evidence: Evidence) -> tuple[Year, ...]:
    present, share = set(evidence.available), evidence.config.minimum_share
    period, common, found = evidence.period, tuple(range(len(evidence.period.months))), []
    while period.months[-1] >= min(present):
        kept = tuple(place for place in common if period.months[place] in present)
        if len(kept) >= share * len(period.months):
            common, found = kept, [period, *found]
        period = period.comparator()
    return tuple(Year(one.label, tuple(one.months[place] for place in common)) for one in found)


def _month_of(reference: str) -> int:
    """The month that a reference such as "mid-2020" (30 June) or "Census 2021" (21 March) is nearest to, counted from year 0."""
    year = int(re.findall(r"\d{4}", reference)[-1])
    return 12 * year + (4 if reference.startswith("Census") else 7)


def _rings(geometry: str) -> list[np.ndarray]:
    """The rings of a GeoJSON polygon or of several, outer and inner ones alike."""
    shape = json.loads(geometry)
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    return [np.array(ring, dtype=float)[:, :2] for part in parts for ring in part]


def open_local(evidence: Evidence) -> Local:
    """The places of an audit's area. Raises ExtractError where the lookup of 2011 to 2021 LSOAs has none of them."""
    local = Local(evidence)
    if local.geography.units.empty:
        raise ExtractError(
            f"The lookup of 2011 to 2021 LSOAs has none of {evidence.area_name}: add the lookup of the whole country."
        )
    return local
