"""One geography for all months: the finest areas to which the LSOAs of 2011 and those of 2021 both add up.

Rules: METHODS.md, "Places". The lookups' own flag decides: U an unchanged LSOA, S the parts of a split one together,
M the LSOA that several were merged into, X an irregular change, which is left out and listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from srp_lib import geography

UNCHANGED, SPLIT, MERGED, IRREGULAR = "U", "S", "M", "X"
JOINER = " + "


@dataclass(frozen=True)
class OneGeography:
    """The units of an area and which LSOAs of either vintage they hold.

    `units` is indexed by unit: name, change (U, S or M), lsoa11 and lsoa21 (tuples of codes). A unit's code is that of
    its LSOA of 2021, or those of its parts joined by "+". `unit_of` maps a code of either vintage to its unit;
    `excluded` has the codes of irregular changes, in order, which are in no unit.
    """

    units: pd.DataFrame
    unit_of: Mapping[str, str]
    excluded: tuple[str, ...]

    def summed(self, values: pd.Series, vintage: str) -> pd.Series:
        """Values by LSOA of a vintage ("2011" or "2021") summed to units; NaN where an LSOA of the unit has none."""
        members = self.units[f"lsoa{vintage[-2:]}"].explode()
        found = pd.Series(members.map(values.to_dict()).to_numpy(dtype=float), members.index)
        return (
            found.groupby(level=0)
            .sum(min_count=1)
            .where(found.notna().groupby(level=0).all())
            .reindex(self.units.index)
        )

    def averaged(self, values: pd.Series, weights: pd.Series, vintage: str) -> pd.Series:
        """Values by LSOA of a vintage as averages over units, weighted by `weights` by LSOA, or evenly without them.

        NaN where an LSOA of the unit has no value.
        """
        members = self.units[f"lsoa{vintage[-2:]}"].explode()
        known = members.map(weights.to_dict()).astype(float)
        whole = known.notna().groupby(level=0).transform("all") & (known.groupby(level=0).transform("sum") > 0)
        by_code = pd.Series(known.where(whole, 1.0).to_numpy(), members.to_numpy())
        top = self.summed(values * by_code.reindex(values.index), vintage)
        return top / self.summed(by_code, vintage)

    def main_area(self, areas: Mapping[str, str], weights: Mapping[str, float], vintage: str) -> pd.Series:
        """The area (a ward, say) that most of each unit's residents live in, by its LSOAs of a vintage; None where none is known.

        `areas` and `weights` map LSOAs to their area and residents. On a tie, and without residents, the first by code.
        """
        chosen = {}
        for unit, codes in self.units[f"lsoa{vintage[-2:]}"].items():
            held: dict[str, float] = {}
            for code in codes:
                if code in areas:
                    held[areas[code]] = held.get(areas[code], 0.0) + float(weights.get(code, 0.0))
            chosen[unit] = max(sorted(held), key=held.__getitem__) if held else None
        return pd.Series(chosen, index=self.units.index, dtype=object)

    def settled(
        self, chosen: pd.Series, areas: Mapping[str, str], weights: Mapping[str, float], wanted: pd.Series, vintage: str
    ) -> pd.Series:
        """`chosen` areas of the units, with each unit that lies in several put where the sums come nearest to `wanted`.

        `wanted` has the known residents of each area. Units are settled in order, each against all the others as they
        stand; `chosen` stands where nothing comes nearer.
        """
        members, best = self.units[f"lsoa{vintage[-2:]}"], chosen.copy()
        people = pd.Series({unit: sum(weights.get(code, 0.0) for code in codes) for unit, codes in members.items()})
        for unit in self.parted(areas, vintage):
            options = sorted(
                {areas[code] for code in members[unit] if code in areas}, key=lambda one: one != best[unit]
            )
            misses = {}
            for option in options:
                sums = people.groupby(best.where(best.index != unit, option)).sum().reindex(wanted.index, fill_value=0)
                misses[option] = float((sums - wanted).abs().sum())
            best[unit] = min(options, key=misses.__getitem__)
        return best

    def parted(self, areas: Mapping[str, str], vintage: str) -> tuple[str, ...]:
        """The units whose LSOAs of a vintage lie in more than one area, in order."""
        members = self.units[f"lsoa{vintage[-2:]}"]
        return tuple(
            unit for unit, codes in members.items() if len({areas[code] for code in codes if code in areas}) > 1
        )


def one_geography(lookups: Mapping[str, pd.DataFrame], area: str) -> OneGeography:
    """The units of a local authority, by the lookup lsoa11_lsoa21 among `lookups`, in order of their code.

    An LSOA is the authority's as `geography.authorities` says. Raises ValueError for a flag that there is not.
    """
    held = geography.authorities(lookups)
    changes = lookups["lsoa11_lsoa21"][["lsoa11_code", "lsoa21_code", "lsoa21_name", "change"]].astype(object)
    changes = changes[changes["lsoa21_code"].map(held) == area].drop_duplicates()
    strange = set(changes["change"]) - {UNCHANGED, SPLIT, MERGED, IRREGULAR}
    if strange:
        raise ValueError("The lookup of 2011 to 2021 LSOAs has a change flag other than U, S, M and X.")
    irregular = changes["change"] == IRREGULAR
    left_out = set(changes.loc[irregular, ["lsoa11_code", "lsoa21_code"]].to_numpy().ravel())
    kept = changes[~(changes["lsoa11_code"].isin(left_out) | changes["lsoa21_code"].isin(left_out))]
    units = pd.DataFrame(
        [_unit(rows) for rows in _linked(kept)], columns=["code", "name", "change", "lsoa11", "lsoa21"]
    )
    units = units.set_index("code").sort_index()
    unit_of = {code: unit for name in ("lsoa11", "lsoa21") for unit, codes in units[name].items() for code in codes}
    return OneGeography(units, unit_of, tuple(sorted(left_out)))


def _linked(changes: pd.DataFrame) -> Iterable[pd.DataFrame]:
    """The rows of each group of LSOAs that are linked: parts of one parent, or parents of one successor."""
    group = changes["lsoa11_code"].where(changes["change"] == SPLIT, changes["lsoa21_code"])
    return (rows for _, rows in changes.groupby(group.to_numpy(), sort=True))


def _unit(rows: pd.DataFrame) -> tuple[str, str, str, tuple[str, ...], tuple[str, ...]]:
    named = dict(sorted(zip(rows["lsoa21_code"], rows["lsoa21_name"], strict=True)))
    first = str(next(iter(named.values())))
    place = first.rpartition(" ")[0]
    others = [str(name).removeprefix(f"{place} ") for name in list(named.values())[1:]]
    olds = tuple(sorted(set(rows["lsoa11_code"])))
    return "+".join(named), JOINER.join([first, *others]), str(rows["change"].iloc[0]), olds, tuple(named)
