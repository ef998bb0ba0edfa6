"""The partners' synthetic extracts: every published figure, the rules of the data, and the same bytes.

The figures are counted here from the written files with plain pandas, by the definitions of the
partnership's key facts and with none of the audit's own code.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pytest

from srp_lib.sample import partner
from srp_lib.sample.counts import counts

EXTRACTS = ("offences", "victims", "suspects", "asb_incidents", "missing_children", "fire_incidents", "services")
PLAN_EXTRACTS = ("surveys", "calls_101", "consultation", "indicators", "actions", "risk_scores", "harm_weights",
                 "risk_scale.toml")  # fmt: skip
# What the partners publish as figures or words, in which nothing is drawn.
OF_NO_SEED = ("consultation/consultation_2019_to_2021.csv", "harm_weights/harm_weights_synthetic.csv",
              "indicators/indicators.xlsx", "actions/actions_2021-03.xlsx", "risk_scale.toml")  # fmt: skip
PLAN = "000_af92d9cb449ee3a5"  # the partnership's plan of 2022-25
CODES = Path(__file__).parents[1] / "srp_lib" / "codelists" / "offence_codes.csv"
VIOLENCE, SEXUAL = "Violence against the person", "Sexual offences"
NOW, BEFORE = ("2020-04-01", "2021-03-31"), ("2019-04-01", "2020-03-31")


@pytest.fixture(scope="module")
def written() -> dict[str, bytes]:
    return dict(partner.files(counts(2021), 2021))


@pytest.fixture(scope="module")
def folder(written: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("partners")
    for path, data in written.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def read(folder: Path, extract: str) -> pd.DataFrame:
    """An extract as text, with dates and numbers read where their columns say so."""
    frames = []
    for path in sorted((folder / extract).iterdir()):
        if path.suffix == ".xlsx":
            frames.append(pd.read_excel(path, engine="calamine", header=2))
        else:
            frames.append(pd.read_csv(path, dtype=str))
    frame = pd.concat(frames, ignore_index=True)
    for name in frame.columns:
        if name == "date" or name.endswith("_date") or name.startswith(("committed_", "period_")):
            style = "%d/%m/%Y" if extract == "asb_incidents" else "%Y-%m-%d"
            frame[name] = pd.to_datetime(frame[name], format=style)
        elif name in ("age", "suspect_count", "outcome_code"):
            frame[name] = pd.to_numeric(frame[name])
    return frame


def table_c2() -> dict[str, int]:
    """Rotherham's row of the sample's own table C2."""
    from srp_lib.sample.recorded_crime import table_c2 as text

    rows = list(csv.reader(text(counts(2021), 2021).splitlines(keepends=True)))
    header = next(row for row in rows if row[0].startswith("Police Force"))
    row = next(row for row in rows if row[3] == "Rotherham")
    return {name: int(cell.replace(",", "")) for name, cell in zip(header[6:], row[6:], strict=True)}


@dataclass(frozen=True)
class Set:
    """The extracts of one folder, and what several figures need of them."""

    folder: Path

    @cached_property
    def offences(self) -> pd.DataFrame:
        codes = pd.read_csv(CODES, dtype=str).drop_duplicates("code").set_index("code")
        frame = read(self.folder, "offences")
        return frame.assign(
            group=frame["ho_code"].map(codes["group"]), subgroup=frame["ho_code"].map(codes["subgroup"])
        )

    @cached_property
    def victims(self) -> pd.DataFrame:
        """Victims with their offence, in the order in which a person's first record is decided."""
        frame = read(self.folder, "victims").merge(self.offences, on="offence_id", validate="many_to_one")
        return frame.sort_values(["recorded_date", "offence_id"], kind="stable")

    @cached_property
    def suspects(self) -> pd.DataFrame:
        frame = read(self.folder, "suspects").merge(self.offences, on="offence_id", validate="many_to_one")
        return frame.sort_values(["recorded_date", "offence_id"], kind="stable")

    @cached_property
    def asb(self) -> pd.DataFrame:
        return read(self.folder, "asb_incidents")

    @cached_property
    def missing(self) -> pd.DataFrame:
        return read(self.folder, "missing_children")

    @cached_property
    def fires(self) -> pd.DataFrame:
        return read(self.folder, "fire_incidents")

    @cached_property
    def services(self) -> pd.DataFrame:
        return read(self.folder, "services")


@pytest.fixture(scope="module")
def extracts(folder: Path) -> Set:
    return Set(folder)


# --- counting ---------------------------------------------------------------------------------


def within(frame: pd.DataFrame, period: tuple[str, str], column: str = "recorded_date") -> pd.DataFrame:
    return frame[frame[column].between(*map(pd.Timestamp, period))]


def percent(part: float, whole: float) -> float:
    return 100 * part / whole


def rise(frame: pd.DataFrame, now: tuple[str, str] = NOW, before: tuple[str, str] = BEFORE, **named: str) -> float:
    """Per cent change in distinct offences (or rows), with at least 50 on either side."""
    sizes = [
        len(part.drop_duplicates("offence_id") if "offence_id" in part else part)
        for part in (within(frame, now, **named), within(frame, before, **named))
    ]
    assert min(sizes) >= 50, sizes
    return 100 * (sizes[0] / sizes[1] - 1)


def share_of_sex(frame: pd.DataFrame, sex: str, person: str = "victim_id") -> float:
    """Per cent of the distinct people of known sex; a person's sex is the first that is known."""
    known = frame[frame["sex"] != "U"].drop_duplicates(person)["sex"]
    return percent((known == sex).sum(), len(known))


def first_age(frame: pd.DataFrame, person: str = "victim_id") -> pd.Series:
    """The age of each person at the earliest record with a known age."""
    return frame.dropna(subset=["age"]).drop_duplicates(person).set_index(person)["age"]


def any_yes(frame: pd.DataFrame, column: str, person: str = "victim_id") -> float:
    """Per cent of the distinct people with Y on any record."""
    return percent((frame[column] == "Y").groupby(frame[person]).any().sum(), frame[person].nunique())


def serious(frame: pd.DataFrame) -> pd.DataFrame:
    codes = frame["ho_code"].isin(["1", "4.1", "4.2", "4.10", "2", "5D", "5E"])
    return frame[codes | ((frame["knife"] == "Y") & frame["group"].isin([VIOLENCE, "Robbery"]))]


def against_women(frame: pd.DataFrame) -> pd.DataFrame:
    """Records of female victims of violence against women and girls."""
    flags = (frame[["domestic_abuse", "honour_based", "forced_marriage"]] == "Y").any(axis=1)
    return frame[(frame["sex"] == "F") & (frame["group"].isin([VIOLENCE, SEXUAL]) | flags)]


def flagged(frame: pd.DataFrame, flag: str) -> pd.DataFrame:
    return frame[frame[flag] == "Y"]


def relationship(s: Set, name: str) -> float:
    known = within(flagged(s.victims, "child_abuse"), NOW)["relationship"].dropna()
    return percent((known == name).sum(), len(known))


def slavery(s: Set) -> pd.DataFrame:
    year = within(s.victims, NOW)
    return year[(year["modern_slavery"] == "Y") | (year["ho_code"] == "106")]


def exploitation(s: Set, name: str) -> float:
    known = slavery(s)["exploitation_type"].dropna()
    return percent((known == name).sum(), len(known))


def nationality(s: Set, name: str) -> float:
    known = slavery(s).dropna(subset=["nationality"]).drop_duplicates("victim_id")["nationality"]
    return percent((known == name).sum(), len(known))


def strands(s: Set, name: str) -> float:
    found = within(s.offences, NOW)["hate_strands"].dropna().str.split(";").explode()
    return percent((found == name).sum(), len(found))


def non_recent(s: Set) -> float:
    year = within(flagged(s.offences, "cse"), NOW)
    committed = year["committed_to"].fillna(year["committed_from"])
    days = (year["recorded_date"] - committed).dt.days.dropna()
    return percent((days > 30).sum(), len(days))


def missing_linked(s: Set, column: str) -> float:
    return any_yes(within(s.missing, NOW, "date"), column, "child_id")


def untreated(s: Set, measure: str) -> float:
    row = s.services[(s.services["measure_id"] == measure) & (s.services["period_end"] == "2021-03-31")].squeeze()
    return 100 * (1 - row["numerator"] / row["denominator"])


def overrepresentation(s: Set, group: str) -> float:
    year = within(s.victims, NOW)
    return (flagged(year, "mental_health")["group"] == group).mean() / (year["group"] == group).mean()


def repeat_victims(s: Set) -> float:
    home = flagged(s.victims, "domestic_abuse")
    latest = within(home, NOW).groupby("victim_id")["recorded_date"].max()
    last = home["victim_id"].map(latest)
    year = home[(home["recorded_date"] <= last) & (home["recorded_date"] > last - pd.DateOffset(years=1))]
    return percent((year.groupby("victim_id")["offence_id"].nunique() > 1).sum(), len(latest))


def support_accepted(s: Set) -> float:
    rows = s.services[s.services["measure_id"] == "da_support_accepted"]
    return rows.loc[rows["period_start"].dt.year.eq(2020) & rows["period_end"].dt.year.eq(2020), "numerator"].sum()


def teenage_to_adult(s: Set) -> float:
    home = s.offences[(s.offences["domestic_abuse"] == "Y") & (s.offences["group"] == VIOLENCE)]
    young = s.suspects.loc[s.suspects["age"].between(13, 19), "offence_id"]
    grown = s.victims.loc[s.victims["age"] >= 20, "offence_id"]
    return rise(home[home["offence_id"].isin(young) & home["offence_id"].isin(grown)])


def online_women(s: Set) -> float:
    found = against_women(within(s.victims, NOW)).drop_duplicates("offence_id")
    return percent((found["online"] == "Y").sum(), len(found))


def women_rate(s: Set) -> float:
    from srp_lib.sample.population import areas

    females = next(int(area.females.sum()) for area in areas(2020) if area.name == "Rotherham")
    return 1000 * against_women(within(s.victims, NOW))["offence_id"].nunique() / females


def adults_vulnerable(s: Set) -> float:
    year = within(s.victims, NOW)
    sexual = year[year["group"] == SEXUAL]
    ages = first_age(sexual)
    return any_yes(sexual[sexual["victim_id"].isin(ages[ages >= 18].index)], "vulnerable")


def multiple_suspects(s: Set) -> float:
    known = serious(within(s.offences, NOW))["suspect_count"].dropna()
    return percent((known >= 2).sum(), len(known))


def organised(s: Set) -> pd.DataFrame:
    return within(flagged(s.suspects, "organised_crime"), NOW)


def roles(s: Set, member: bool) -> float:
    known = organised(s).dropna(subset=["ocg_role"])
    ever = (known["ocg_role"] == "member").groupby(known["suspect_id"]).any()
    return percent((ever == member).sum(), len(ever))


def year_of(s: Set, rows: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """Victims' records of 2020-21 for which `rows` holds."""
    year = within(s.victims, NOW)
    return year[rows(year)]


def part_of(frame: pd.DataFrame, rows: pd.Series) -> float:
    return percent(rows.sum(), len(frame))


def under_18(frame: pd.DataFrame, person: str = "victim_id") -> float:
    return percent((first_age(frame, person) < 18).sum(), len(first_age(frame, person)))


# --- the published figures --------------------------------------------------------------------

# Id in the partnership's key facts, what was printed there, and how it is counted.
PUBLISHED: dict[str, tuple[str, Callable[[Set], float]]] = {
    "children.child_abuse.relationship_family_share": ("49", lambda s: relationship(s, "family member")),
    "children.child_abuse.relationship_acquaintance_share": ("34", lambda s: relationship(s, "acquaintance")),
    "children.child_abuse.sexual_offence_victims_female_share": (
        ">50",
        lambda s: share_of_sex(year_of(s, lambda v: (v["child_abuse"] == "Y") & (v["group"] == SEXUAL)), "F"),
    ),
    "children.child_abuse.injury_victims_male_share": (
        ">50",
        lambda s: share_of_sex(
            year_of(s, lambda v: (v["child_abuse"] == "Y") & (v["subgroup"] == "Violence with injury")), "M"
        ),
    ),
    "children.child_abuse.victims_missing_share": (
        "10",
        lambda s: any_yes(within(flagged(s.victims, "child_abuse"), NOW), "missing_from_home"),
    ),
    "children.cce.drug_offence_share": (
        "40",
        lambda s: part_of(o := within(flagged(s.offences, "cce"), NOW), o["group"] == "Drug offences"),
    ),
    "children.cce.missing_linked_share": ("9", lambda s: missing_linked(s, "cce_linked")),
    "children.cse.non_recent_share": ("56", non_recent),
    "children.cse.victims_female_share": ("93", lambda s: share_of_sex(within(flagged(s.victims, "cse"), NOW), "F")),
    "children.cse.online_change": ("41", lambda s: rise(flagged(flagged(s.offences, "cse"), "online"))),
    "children.cse.indecent_images_change": (
        "113",
        lambda s: rise(s.offences[(s.offences["cse"] == "Y") & (s.offences["ho_code"] == "86")]),
    ),
    "children.cse.missing_linked_share": ("13", lambda s: missing_linked(s, "cse_linked")),
    "adults.substance_misuse.alcohol_untreated_share": (
        "89",
        lambda s: untreated(s, "alcohol_dependent_in_treatment"),
    ),
    "adults.substance_misuse.opiate_crack_untreated_share": (
        "46",
        lambda s: untreated(s, "opiate_crack_in_treatment"),
    ),
    "adults.substance_misuse.production_change": (
        ">0",
        lambda s: rise(
            s.offences[(s.offences["ho_code"] == "92A") & s.offences["offence"].str.contains("production", case=False)]
        ),
    ),
    "adults.mental_health.victim_offences_change": ("8.1", lambda s: rise(flagged(s.victims, "mental_health"))),
    "adults.mental_health.violence_overrepresentation": (">1", lambda s: overrepresentation(s, VIOLENCE)),
    "adults.mental_health.sexual_overrepresentation": (">1", lambda s: overrepresentation(s, SEXUAL)),
    "adults.modern_slavery.forced_labour_illegal_share": (
        "19",
        lambda s: exploitation(s, "forced labour in illegal activity"),
    ),
    "adults.modern_slavery.forced_gang_share": ("16", lambda s: exploitation(s, "forced gang related criminality")),
    "adults.modern_slavery.victims_under_18_share": ("48", lambda s: under_18(slavery(s))),
    "adults.modern_slavery.victims_male_share": ("81", lambda s: share_of_sex(slavery(s), "M")),
    "adults.modern_slavery.victims_british_share": ("39", lambda s: nationality(s, "British")),
    "adults.modern_slavery.victims_albanian_share": ("26", lambda s: nationality(s, "Albanian")),
    "communities.asb.change": ("22", lambda s: rise(s.asb, column="date")),
    "communities.asb.apr_dec_change": (
        "-24",
        lambda s: rise(s.asb, ("2021-04-01", "2021-12-31"), ("2020-04-01", "2020-12-31"), column="date"),
    ),
    "communities.hate_crime.change": ("17", lambda s: rise(s.offences.dropna(subset=["hate_strands"]))),
    "communities.hate_crime.race_share": ("64", lambda s: strands(s, "race")),
    "communities.hate_crime.disability_share": ("15", lambda s: strands(s, "disability")),
    "communities.hate_crime.sexual_orientation_share": ("13", lambda s: strands(s, "sexual orientation")),
    "communities.hate_crime.online_share": (
        "11",
        lambda s: part_of(o := within(s.offences.dropna(subset=["hate_strands"]), NOW), o["online"] == "Y"),
    ),
    "communities.online_crime.stalking_harassment_share": (
        "67",
        lambda s: part_of(o := within(flagged(s.offences, "online"), NOW), o["subgroup"] == "Stalking and harassment"),
    ),
    "communities.online_crime.vulnerable_victims_share": (
        "52",
        lambda s: any_yes(within(flagged(s.victims, "online"), NOW), "vulnerable"),
    ),
    "violence.domestic_abuse.share_of_offences": (
        "18",
        lambda s: part_of(o := within(s.offences, NOW), o["domestic_abuse"] == "Y"),
    ),
    "violence.domestic_abuse.victims_female_share": (
        "76",
        lambda s: share_of_sex(within(flagged(s.victims, "domestic_abuse"), NOW), "F"),
    ),
    "violence.domestic_abuse.repeat_victims_share": (">33.3", repeat_victims),
    "violence.domestic_abuse.support_accepted": ("1577", support_accepted),
    "violence.domestic_abuse.teenage_to_adult_change": ("28", teenage_to_adult),
    "violence.sexual_offences.change": ("-15", lambda s: rise(s.offences[s.offences["group"] == SEXUAL])),
    "violence.sexual_offences.rape_change": (
        "-33",
        lambda s: rise(s.offences[s.offences["subgroup"] == "Rape offences"]),
    ),
    "violence.sexual_offences.sexual_assault_female_13_share": (
        "21",
        lambda s: part_of(o := within(s.offences[s.offences["group"] == SEXUAL], NOW), o["ho_code"] == "20A"),
    ),
    "violence.sexual_offences.rape_female_16_share": (
        "19",
        lambda s: part_of(o := within(s.offences[s.offences["group"] == SEXUAL], NOW), o["ho_code"] == "19C"),
    ),
    "violence.sexual_offences.victims_female_share": (
        "86.3",
        lambda s: share_of_sex(year_of(s, lambda v: v["group"] == SEXUAL), "F"),
    ),
    "violence.sexual_offences.male_victims_change": (
        "90 to 99",
        lambda s: rise(s.victims[(s.victims["group"] == SEXUAL) & (s.victims["sex"] == "M")]),
    ),
    "violence.sexual_offences.adult_victims_vulnerable_share": ("69.6", adults_vulnerable),
    "violence.women_and_girls.rate_per_1000_females": ("53.7", women_rate),
    "violence.women_and_girls.child_victims_share": (
        "15",
        lambda s: under_18(against_women(within(s.victims, NOW))),
    ),
    "violence.women_and_girls.online_share": ("12", online_women),
    "violence.serious_violence.victims_male_share": (
        "65",
        lambda s: share_of_sex(serious(within(s.victims, NOW)), "M"),
    ),
    "violence.serious_violence.female_victim_change": (
        "23",
        lambda s: rise(serious(s.victims[s.victims["sex"] == "F"])),
    ),
    "violence.serious_violence.multiple_suspects_share": ("18", multiple_suspects),
    "violence.serious_violence.attempted_murder_domestic_share": (
        "50",
        lambda s: part_of(o := within(s.offences[s.offences["ho_code"] == "2"], NOW), o["domestic_abuse"] == "Y"),
    ),
    "violence.serious_violence.knife_victims_vulnerable_share": (
        "38",
        lambda s: any_yes(within(flagged(s.victims, "knife"), NOW), "vulnerable"),
    ),
    "violence.organised_crime.suspects_male_share": ("91", lambda s: share_of_sex(organised(s), "M", "suspect_id")),
    "violence.organised_crime.suspects_member_share": ("16", lambda s: roles(s, member=True)),
    "violence.organised_crime.suspects_associate_share": ("84", lambda s: roles(s, member=False)),
    "violence.organised_crime.suspects_under_18_share": ("13", lambda s: under_18(organised(s), "suspect_id")),
    "violence.organised_crime.drugs_intelligence_share": (
        "88",
        lambda s: any_yes(organised(s), "drugs_intelligence", "suspect_id"),
    ),
}


def agrees(printed: str, got: float) -> bool:
    """Whether a figure reads as printed; an inequality must hold with a margin of a tenth."""
    if " to " in printed:
        low, high = map(float, printed.split(" to "))
        return low <= got < high
    if printed.startswith(">"):
        limit = float(printed[1:])
        return got > (limit * 1.1 if limit else 10)
    decimals = len(printed.partition(".")[2])
    return f"{got:.{decimals}f}" == printed


@pytest.mark.parametrize("name", list(PUBLISHED))
def test_published_figure(extracts: Set, name: str, record_property: Callable[[str, object], None]) -> None:
    printed, count = PUBLISHED[name]
    got = count(extracts)
    record_property("published", f"{printed} ({PLAN})")
    record_property("got", float(round(got, 3)))
    print(f"{name}: published {printed}, got {got:.3f} (source {PLAN})")
    assert agrees(printed, got), f"{name}: published {printed}, got {got}"


def test_every_published_figure_is_here() -> None:
    assert len(PUBLISHED) == 58
    themes = {name.split(".")[0] for name in PUBLISHED}
    assert themes == {"children", "adults", "communities", "violence"}


def test_another_seed_gives_the_published_figures_too(tmp_path: Path) -> None:
    for path, data in partner.files(counts(7), 7):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    other = Set(tmp_path)
    got = {name: count(other) for name, (_, count) in PUBLISHED.items()}
    assert {name: value for name, value in got.items() if not agrees(PUBLISHED[name][0], value)} == {}


# --- the same bytes ---------------------------------------------------------------------------


def test_the_files_and_their_sizes(written: dict[str, bytes]) -> None:
    assert {path.partition("/")[0] for path in written} == {*EXTRACTS, *PLAN_EXTRACTS}
    assert sum(map(len, written.values())) < 20_000_000
    kinds = {path.partition("/")[0]: path.rpartition(".")[2] for path in written}
    assert {name for name, kind in kinds.items() if kind == "xlsx"} == {
        "missing_children", "services", "indicators", "actions",
    }  # fmt: skip
    assert sum(path.startswith("offences/") for path in written) == 3


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(written: dict[str, bytes]) -> None:
    again = dict(partner.files(counts(2021), 2021))
    assert {p: hashlib.sha256(d).digest() for p, d in again.items()} == {
        p: hashlib.sha256(d).digest() for p, d in written.items()
    }
    other = dict(partner.files(counts(3), 3))
    assert set(other) == set(written)
    assert {path for path in written if other[path] == written[path]} == set(OF_NO_SEED)


def test_every_file_says_that_it_is_synthetic(folder: Path) -> None:
    for path in folder.rglob("*.csv"):
        frame = pd.read_csv(path, dtype=str)
        assert frame.columns[-1] == "SYNTHETIC" and set(frame["SYNTHETIC"]) == {"synthetic"}, path
    for path in folder.rglob("*.xlsx"):
        assert "SYNTHETIC" in pd.read_excel(path, engine="calamine", header=None).iloc[0, 0], path


# --- the rules of the data --------------------------------------------------------------------


def test_ids_are_unique_and_lead_somewhere(extracts: Set) -> None:
    assert extracts.offences["offence_id"].is_unique
    known = set(extracts.offences["offence_id"])
    for name, person in (("victims", "victim_id"), ("suspects", "suspect_id")):
        frame = read(extracts.folder, name)
        assert not frame.duplicated(["offence_id", person]).any()
        assert set(frame["offence_id"]) <= known and frame["age"].dropna().between(0, 110).all()
    assert extracts.asb["incident_id"].is_unique and extracts.fires["incident_id"].is_unique
    assert extracts.missing["episode_id"].is_unique


def test_dates_are_in_order_and_none_is_later_than_the_sample(extracts: Set) -> None:
    o = extracts.offences
    assert o["recorded_date"].between("2019-04-01", "2021-12-31").all()
    both = o.dropna(subset=["committed_from", "committed_to"])
    assert (both["committed_from"] <= both["committed_to"]).all()
    for column in ("committed_from", "committed_to"):
        known = o.dropna(subset=[column])
        assert (known[column] <= known["recorded_date"]).all()
    assert 0.01 < o["committed_from"].isna().mean() < 0.05
    decided = o.dropna(subset=["outcome_date"])
    assert (decided["outcome_date"] >= decided["recorded_date"]).all()
    assert decided["outcome_date"].max() <= pd.Timestamp("2021-12-31")
    assert (o["outcome_date"].isna() == o["outcome_code"].isna()).all()
    for frame in (extracts.asb, extracts.missing, extracts.fires):
        assert frame["date"].between("2019-04-01", "2021-12-31").all()
        assert frame["date"].dt.to_period("M").nunique() == 33
    services = extracts.services
    assert (services["period_start"] <= services["period_end"]).all()
    assert services["period_end"].max() <= pd.Timestamp("2021-12-31")


def test_flags_and_lists_hold_only_what_they_may(extracts: Set) -> None:
    flags = ["domestic_abuse", "child_abuse", "cce", "cse", "online", "alcohol", "knife", "modern_slavery",
             "honour_based", "forced_marriage", "organised_crime"]  # fmt: skip
    assert all(set(extracts.offences[flag]) == {"Y", "N"} for flag in flags)
    for flag in ("vulnerable", "mental_health", "missing_from_home"):
        assert set(extracts.victims[flag]) == {"Y", "N"}
    assert set(extracts.victims["sex"]) == {"F", "M", "X", "U"}
    named = {"race", "religion", "disability", "sexual orientation", "transgender"}
    assert set(extracts.offences["hate_strands"].dropna().str.split(";").explode()) == named
    relationships = {"family member", "partner or ex-partner", "acquaintance", "stranger", "other"}
    assert set(extracts.victims["relationship"].dropna()) == relationships
    assert set(extracts.suspects["ocg_role"].dropna()) == {"member", "associate"}
    assert extracts.offences["outcome_code"].dropna().between(1, 22).all()
    assert set(extracts.fires["type"]) == {"deliberate primary", "deliberate secondary", "hoax call"}
    assert set(extracts.asb["reported_to"]) == {"police", "council"}
    assert set(extracts.asb["category"]) == {"personal", "nuisance", "environmental"}


def test_offence_codes_are_listed_with_their_description(extracts: Set) -> None:
    known = pd.read_csv(CODES, dtype=str)
    assert set(extracts.offences["ho_code"]) <= set(known["code"])
    described = extracts.offences["ho_code"].map(known.drop_duplicates("code").set_index("code")["description"])
    production = extracts.offences["offence"].str.contains("production", case=False)
    assert set(extracts.offences.loc[production, "ho_code"]) == {"92A"}
    assert (described == extracts.offences["offence"])[~production].all()
    found = extracts.offences.merge(known, left_on="ho_code", right_on="code")
    valid = (found["valid_from"].isna() | (pd.to_datetime(found["valid_from"]) <= found["recorded_date"])) & (
        found["valid_to"].isna() | (pd.to_datetime(found["valid_to"]) >= found["recorded_date"])
    )
    assert set(extracts.offences["offence_id"]) == set(found.loc[valid, "offence_id"])


def test_children_are_the_victims_of_offences_against_children(extracts: Set) -> None:
    children = set(extracts.victims.loc[extracts.victims["age"] < 18, "offence_id"])
    for flag in ("child_abuse", "cce", "cse"):
        of = extracts.victims[extracts.victims[flag] == "Y"]
        assert set(flagged(extracts.offences, flag)["offence_id"]) <= children, flag
        assert (of["age"] < 18).all(), flag
    under_13 = extracts.victims[extracts.victims["ho_code"].isin(["19E", "19H", "20B", "17B", "21"])]
    assert (under_13["age"] < 13).all()
    grown = extracts.victims[extracts.victims["ho_code"].isin(["19C", "19F"])]["age"].dropna()
    assert (grown >= 16).all()


def test_codes_flags_and_people_fit_together(extracts: Set) -> None:
    o, v = extracts.offences, extracts.victims
    rape = o["subgroup"] == "Rape offences"
    assert set(o.loc[rape, "ho_code"]) == {"19C", "19D", "19E", "19F", "19G", "19H"}
    assert (v.loc[v["ho_code"].isin(["19C", "19D", "19E", "20A", "20B"]), "sex"] == "F").all()
    assert (v.loc[v["ho_code"].isin(["17A", "17B", "19F", "19G", "19H"]), "sex"] == "M").all()
    typed = set(v.loc[v["exploitation_type"].notna(), "offence_id"])
    slaves = flagged(o, "modern_slavery")
    assert ((slaves["ho_code"] == "106") | slaves["offence_id"].isin(typed)).all()
    assert (o.loc[o["ho_code"] == "106", "modern_slavery"] == "Y").all()
    assert typed <= set(slaves["offence_id"])
    with_role = extracts.suspects[extracts.suspects["ocg_role"].notna()]
    assert (with_role["organised_crime"] == "Y").all()
    home = v[v["domestic_abuse"] == "Y"]["relationship"].dropna()
    assert set(home) == {"partner or ex-partner", "family member"} and home.str.startswith("partner").mean() > 0.6
    racial = o[o["ho_code"].isin(["9B", "8P", "105B", "8M", "58J"])]["hate_strands"]
    assert racial.str.contains("race|religion").all()
    assert ((v["mental_health"] == "N") | (v["vulnerable"] == "Y")).all()


def test_suspects_are_as_many_as_the_offence_says(extracts: Set) -> None:
    rows = extracts.suspects.groupby("offence_id").size().reindex(extracts.offences["offence_id"]).fillna(0)
    said = extracts.offences["suspect_count"].to_numpy()
    assert ((rows.to_numpy() == said) | (pd.isna(said) & (rows.to_numpy() == 0))).all()
    assert set(extracts.offences["suspect_count"].dropna()) == {0, 1, 2, 3, 4}
    assert 0.01 < extracts.offences["suspect_count"].isna().mean() < 0.2
    alone = extracts.offences[extracts.offences["outcome_code"].isin([14, 18])]["suspect_count"].dropna()
    assert (alone == 0).all()


def test_people_stay_themselves(extracts: Set) -> None:
    for frame, person in ((extracts.victims, "victim_id"), (extracts.suspects, "suspect_id")):
        assert (frame.groupby(person)["sex"].nunique() == 1).all()
        year = frame["recorded_date"].dt.year - (frame["recorded_date"].dt.month < 4)
        born = (year - frame["age"]).groupby(frame[person])
        assert ((born.max() - born.min()).dropna() == 0).all()
        assert (frame.groupby(person).size() > 3).sum() > 100
        years = frame["recorded_date"].dt.year.groupby(frame[person]).nunique()
        assert (years > 1).sum() > 500
    for column in ("ethnicity", "nationality"):
        assert (extracts.victims.groupby("victim_id")[column].nunique(dropna=False) == 1).all()
    again = within(extracts.missing, NOW, "date")["child_id"].value_counts()
    assert again.max() > 5 and 0.3 < (again > 1).mean() < 0.6


def test_outcomes_are_missing_where_they_are_recent(extracts: Set) -> None:
    waiting = extracts.offences["outcome_code"].isna().groupby(extracts.offences["recorded_date"].dt.to_period("Q"))
    shares = waiting.mean()
    assert shares.iloc[0] < 0.05 and shares.iloc[-1] > 0.3 and shares.iloc[-2] < shares.iloc[-1]
    charged = (extracts.offences["outcome_code"] == 1).groupby(extracts.offences["group"]).mean()
    assert charged["Drug offences"] > 0.15 > charged[SEXUAL]


def test_reports_come_late_where_that_is_usual(extracts: Set) -> None:
    o = extracts.offences
    late = (o["recorded_date"] - o["committed_to"]).dt.days > 365
    assert late[o["group"] == SEXUAL].mean() > 0.1 > late[o["group"] == "Theft offences"].mean() * 10
    assert (o["committed_from"] < o["committed_to"]).mean() > 0.1


def test_places_are_rotherhams_and_few_have_much(extracts: Set) -> None:
    from srp_lib.sample.places import links

    known = {link.lsoa21 for link in links() if link.district == "Rotherham"}
    for frame in (extracts.offences, extracts.asb, extracts.fires):
        assert set(frame["lsoa21"].dropna()) <= known
        assert 0.02 < frame["lsoa21"].isna().mean() < 0.08
    sizes = extracts.offences["lsoa21"].value_counts(normalize=True)
    assert len(sizes) == 170 and sizes.iloc[:17].sum() > 0.2


# --- size and agreement with the other files --------------------------------------------------


def test_a_year_is_rotherhams_size_and_agrees_with_table_c2(extracts: Set) -> None:
    year = within(extracts.offences, NOW)
    recorded = table_c2()
    assert 20_000 < len(year) < 28_000
    assert len(year) == recorded["Total recorded crime\n (excluding fraud)"]
    groups = year["group"].value_counts()
    for group, number in groups.items():
        name = "Miscellaneous crimes against society" if group == "Miscellaneous crimes" else group
        assert abs(number - recorded[name]) <= recorded[name] / 100, group
    assert set(groups.index) == set(extracts.offences["group"])
    for line in ("Stalking and harassment", "Violence without injury", "Homicide"):
        assert (year["subgroup"] == line).sum() == recorded[line]


def test_months_follow_the_street_level_files(extracts: Set) -> None:
    from srp_lib.sample.counts import CRIME_TYPES

    numbers = counts(2021)
    asb = extracts.asb[extracts.asb["reported_to"] == "police"]["date"].dt.strftime("%Y-%m").value_counts().sort_index()
    street = dict(zip(numbers.months, numbers.placed[:, 0, 0].tolist(), strict=True))
    assert asb.to_dict() == {month: street[month] for month in asb.index}
    shops = extracts.offences[extracts.offences["ho_code"] == "46"]["recorded_date"].dt.strftime("%Y-%m").value_counts()
    column = list(CRIME_TYPES).index("Shoplifting")
    for month, street_count in zip(numbers.months[12:], numbers.placed[12:, 0, column].tolist(), strict=True):
        assert abs(shops[month] - street_count) <= 2 + street_count * 0.06, month


def test_bases_are_those_of_a_borough(extracts: Set) -> None:
    year = within(extracts.offences, NOW)
    assert 200 < (year["cse"] == "Y").sum() < 300
    assert 500 < (year["child_abuse"] == "Y").sum() < 700
    assert slavery(extracts)["victim_id"].nunique() == 62
    assert 180 < organised(extracts)["suspect_id"].nunique() < 230
    home = within(flagged(extracts.victims, "domestic_abuse"), NOW)
    assert 2_000 < home["victim_id"].nunique() < 3_500
    two = year["hate_strands"].dropna().str.contains(";")
    assert 20 < two.sum() < 60


def test_services_hold_the_measures_of_the_plan(extracts: Set) -> None:
    s = extracts.services
    sums = s.groupby("measure_id")["numerator"].sum()
    assert sums["cmarac_referrals"] == round(233 * 11 / 16) and sums["mh_interventions"] == round(1700 * 11 / 12)
    assert 500 < sums["disruptions"] < 520 and 11_900 < sums["pupils_reached"] < 12_000
    wanted = {"da_referrals", "nrm_referrals", "prevent_referrals", "channel_cases", "adult_reoffending",
              "first_time_entrants", "iom_cohort"}  # fmt: skip
    assert wanted < set(sums.index)
    assert not s.duplicated(["measure_id", "provider", "period_start"]).any()
    estimated = s.dropna(subset=["estimate_low"])
    assert (estimated["estimate_low"] < estimated["denominator"]).all()
    assert (estimated["denominator"] < estimated["estimate_high"]).all()
    assert (s["numerator"] >= 0).all() and (s["denominator"].dropna() > 0).all()


def every_line(written: dict[str, bytes]) -> Iterator[str]:
    for path, data in written.items():
        if path.endswith(".csv"):
            yield from data.decode("utf-8").splitlines()


def test_layouts_differ_as_deliveries_do(written: dict[str, bytes]) -> None:
    asb = written["asb_incidents/asb_2019_to_2021.csv"].decode().splitlines()[1:]
    assert all(re.fullmatch(r"A\d{7},\d\d/\d\d/\d{4},.*,synthetic", line) for line in asb)
    ends = {path: b"\r\n" in data for path, data in written.items() if path.endswith(".csv")}
    assert set(ends.values()) == {True, False}
    assert all(line.endswith((",synthetic", ",SYNTHETIC")) for line in every_line(written))
