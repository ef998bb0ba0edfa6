"""Released: what is read from the bytes of a release, and that no two different numbers are taken for one."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from srp_lib import spreadsheet
from srp_lib.codelists import RECORDED, measures
from srp_lib.disclosure import MARK, Policy
from srp_lib.display import COLUMNS, DASH, Table
from srp_lib.page_tables import page_tables
from srp_lib.release import released, released_numbers
from srp_lib.release.released import Figure, read_release, release_files, unread
from srp_lib.release.released_names import Names, code_of, months_of, period_code
from srp_lib.release.released_numbers import Rule, printed
from srp_lib.render import Page

PUBLIC = "protected: computed from counts rounded to the nearest 5"
HIDDEN = "protected: a count is shown as [c]"
OPEN = "as published: borough total of open data"
NOTE = Policy(True).note
ABUSE = "Number of offences with domestic_abuse = Y"
VICTIMS = "Distinct victims of offences with domestic_abuse = Y"
CRIME = measures()[RECORDED].definition
SAME = "against the same months of the year before"
HEAT = (
    "Year", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar",
)  # fmt: skip


def fact(id: str, definition: str, **told: object) -> dict[str, object]:
    blank = dict.fromkeys(COLUMNS, "")
    return {
        **blank,
        "id": id,
        "definition": f"{definition}. Method: any.",
        "period": "2020-21",
        "unit": "%",
        "disclosure": PUBLIC,
        **told,
    }


FACTS = (
    fact("overview.recorded_crime.count", CRIME, statement="Rotherham had 22,331 recorded crimes in 2020-21.", value=22331, numerator=22331, unit="recorded crimes", disclosure=OPEN, comparator_numerator=25483, comparator_period="2019-20"),
    fact("overview.recorded_crime.rate", f"{CRIME}, over the residents of the mid-year population estimate nearest to the middle of the period (mid-2020, 264,984, 3 months from it)", value=84.27301271, numerator=22331, denominator=264984, unit="per 1,000", disclosure=OPEN),
    fact("violence.domestic_abuse.count", ABUSE, statement="There were about 4,185 domestic abuse offences in 2020-21.", value=4185, numerator=4185, unit="domestic abuse offences", comparator_numerator=4485, comparator_period="2019-20"),
    fact("violence.domestic_abuse.change", f"{ABUSE}, {SAME}", value=-6.688963211, numerator=4185, denominator=4485, unit="% change", comparator_numerator=4485, comparator_period="2019-20"),
    fact("violence.domestic_abuse.victims_female_share", f"{VICTIMS}, sex recorded, sex = F, over {VICTIMS[:1].lower()}{VICTIMS[1:]}, sex recorded", value=75.96153846, numerator=1975, denominator=2600),
    fact("violence.domestic_abuse.repeat_victims_share", "Distinct victims of victims of offences with domestic_abuse = Y in the period with two or more in the 12 months up to and including their latest, over all of them", value="", lower=0, upper=1.5, denominator=485, disclosure=HIDDEN)
    | {"definition": "Distinct victims of victims of offences with domestic_abuse = Y in the period with two or more in the 12 months up to and including their latest, over all of them. Method: any. The number in the share is from 1 to 7, so only a band is given."},
    fact("violence.performance.abuse", "Abuse, measured by violence.domestic_abuse.count; verdict by the rule", value=4185, numerator=4185, unit="domestic abuse offences", comparator_value=5000, comparator_numerator=5000, comparator_period="2019-20"),
    fact("wards.dalton.recorded_crime_count", f"{CRIME} whose neighbourhood is counted in Dalton", statement="Dalton had [c] recorded crimes in 2020-21.", unit="recorded crimes", disclosure=HIDDEN),
    fact("wards.dalton.recorded_crime_change", f"{CRIME} whose neighbourhood is counted in Dalton, {SAME}", statement="Dalton, recorded crimes against the same 11 months of 2019-20: too few.", denominator=10, unit="% change", comparator_numerator=10, comparator_period="2019-20", disclosure=HIDDEN),
)  # fmt: skip

TABLES = {
    "01_overview": (
        Table("Recorded crime by month, all years, Rotherham", HEAT, (
            ("2019-20", "10", "11", "12", DASH, *"55555555"), ("2020-21", *"123456789", "10", "11", "12"),
        )),
        Table("Recorded crime by month, Rotherham", ("Month", "2020-21", "2019-20"), (("April", "1", "10"), ("July", "4", DASH))),
        Table("Crime by type, Rotherham, 2020-21", ("Type", "Count", "Per 1,000", "95% interval", "Change, same 11 months", "Verdict"), (
            ("Recorded crime", "22,331", "84.3", "83.2 to 85.4", "\N{MINUS SIGN}12.4%", "Lower"),
        )),
        Table("A table of which nothing is known", ("What", "How many"), (("One", "3"), ("One", "5"))),
    ),
    "05_violence": (
        Table("Victims of domestic abuse by age and sex, Rotherham, 2020-21", ("Age", "Females", "Males"), (("0 to 17", "60", "15"), ("18 and over", "350", "0"))),
        Table("How domestic abuse offences ended by offence group, Rotherham, 2020-21", ("Offence group", "Offences", "Charged or summonsed", "No outcome yet"), (
            ("All groups together", "4,185", "7%", "under 2%"), ("Other offences", "[c]", "[c]", DASH),
        ), NOTE),
        Table("Domestic abuse offences, current and non-recent, Rotherham, 2020-21", ("When it happened", "Count", "Share", "Change on the year before"), (
            ("No usable date", "10", "1%", "about 10 against 15"),
        ), NOTE),
    ),
    "06_wards": (
        Table("Recorded crime by ward, Rotherham, 2020-21", ("Ward", "Count", "Per 1,000", "Smoothed"), (("Dalton\nmany visitors", "[c]", DASH, DASH), ("Wath", "395", "45.2", "44.0")), NOTE),
        Table("Recorded crime: change by ward, Rotherham, 2020-21", ("Ward", "2019-20, same 11 months", "2020-21, same 11 months", "Change"), (("Dalton", "10", "[c]", DASH),), NOTE),
    ),
    "07_neighbourhoods": (
        Table("Recorded crime by neighbourhood, Rotherham, 2020-21", ("Neighbourhood", "Count", "Per 1,000", "Smoothed"), (("Wath (017B)", "115", "72.9", "73.0"),), NOTE),
        Table("The 1 neighbourhoods with the most hate crimes in 2020-21, Rotherham", ("Neighbourhood", "2020-21", "2019-20"), (("Rotherham 017B (Wath)", "25", "[c]"),), NOTE),
    ),
}  # fmt: skip


def facts_csv(rows: Iterable[Mapping[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def page(title: str, heading: str, *parts: str) -> str:
    return f"<html><body><h1>{title}</h1><h2>{heading}</h2>{''.join(parts)}</body></html>"


@pytest.fixture(scope="module")
def files() -> dict[str, str | bytes]:
    """A small release: facts, four pages and a ward's leaflet."""
    headings = {"05_violence": "Domestic abuse"}
    made: dict[str, str | bytes] = {
        f"{name}.html": page(name, headings.get(name, "Part"), *(table.html() for table in tables)) for name, tables in TABLES.items()
    }  # fmt: skip
    years = Table(
        "Over the same 11 months of each year", ("Year", "Recorded crime"), (("2019-20", "10"), ("2020-21", "[c]"))
    )
    made["wards/dalton.html"] = page("Dalton", "Over time", "<p>Dalton had fewer than 8 recorded crimes in 2020-21.</p>", years.html())  # fmt: skip
    return {"key_facts.csv": facts_csv(FACTS), **made}


@pytest.fixture(scope="module")
def figures(files: Mapping[str, str | bytes]) -> tuple[Figure, ...]:
    return read_release(files, 8, 5)


def named(figures: Iterable[Figure], kind: str = "count") -> dict[tuple[str, str, str, str], list[Figure]]:
    found = defaultdict(list)
    for one in figures:
        if one.kind == kind:
            found[one.subject, one.group, one.place, one.period].append(one)
    return found


def ranges(figures: Iterable[Figure], *name: str) -> set[tuple[float | None, float | None]]:
    subject, group, place, period = name
    return {(one.low, one.high) for one in named(figures)[subject, group, place, period]}


# --- what a printed number says ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("smallest", "base"), [(8, 5), (3, 10), (10, 4), (1, 1)])
def test_a_count_read_back_holds_what_disclosure_control_says(smallest: int, base: int) -> None:
    policy, rule = Policy(True, smallest, base), Rule(smallest, base)
    for number in range(200):
        shown = policy.count(number)
        assert (rule.few if shown.value is None else rule.count(shown.value, True)) == (shown.low, shown.high)


def test_a_count_that_is_no_multiple_of_the_base_was_not_rounded() -> None:
    assert Rule(8, 5).count(393, True) == (393, 393)
    assert Rule(8, 5).count(395, True) == (393, 397)
    assert Rule(8, 5).count(395, False) == (395, 395)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[c]", [(None, "count")]),
        ("\N{MINUS SIGN}12.4%", [(-12.4, "change")]),
        ("22,331", [(22331.0, "count")]),
        ("44 (26.5%)", [(44.0, "count"), (26.5, "share")]),
        ("264,984, mid-2020", [(264984.0, "count")]),
        ("9.6% to 16.1%", [(9.6, "share"), (16.1, "share")]),
        ("2020-21 and 20A", []),
    ],
)
def test_numbers_in_a_text(text: str, wanted: list[tuple[float | None, str]]) -> None:
    assert [(one.value, one.kind) for one in printed(text)] == wanted


def test_rounding_is_half_of_the_last_digit_printed() -> None:
    assert [one.half for one in printed("12.3% and 0.25 and 7")] == pytest.approx([0.05, 0.005, 0.5])
    assert released_numbers.written("84.27301271").half == pytest.approx(5e-9)


# --- which number it is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("2020-21", "2020-21"),
        ("2020-04 to 2021-03", "2020-21"),
        ("year ending December 2021", "ye-2021-12"),
        ("July to September 2020", "2020-21Q2"),
        ("November 2020", "2020-11"),
        ("2020-11 to 2020-11", "2020-11"),
        ("April 2019 to March 2021", "2019-04 to 2021-03"),
        ("2008-09", "ye-2009-03"),
        ("mid-2020", ""),
    ],
)
def test_a_period_has_one_code_however_it_is_written(label: str, code: str) -> None:
    assert period_code(label) == code
    assert code_of(months_of(code)) == code


def test_a_month_and_a_financial_year_never_share_a_code() -> None:
    assert months_of("2008-09") == ("2008-09",)
    assert len(months_of(period_code("2008-09"))) == 12


def test_labels_and_nouns_of_one_subject_are_one() -> None:
    names = Names()
    assert names.label("Recorded crime") == names.label("recorded crimes") == "overview.recorded_crime"
    assert (
        names.label("Child abuse (partners' records)") == names.label("child abuse offences") == "children.child_abuse"
    )
    assert (
        names.label("Anti-social behaviour")
        == "overview.asb"
        != names.label("Anti-social behaviour (partners' records)")
    )
    assert names.place("Wath (017B), many visitors") == names.place("Rotherham 017B (Wath)") == "LSOA 017B"


def test_a_fact_gives_all_its_numbers(figures: tuple[Figure, ...]) -> None:
    own = {
        one.cell: one for one in figures if one.where == "key_facts.csv, violence.domestic_abuse.victims_female_share"
    }
    assert own["value"].kind == "share" and own["value"].low < 75.96153846 < own["value"].high
    assert (own["numerator"].subject, own["numerator"].group) == ("violence.domestic_abuse.victims", "sex: F")
    assert (own["denominator"].subject, own["denominator"].group) == ("violence.domestic_abuse.victims", "sex recorded")
    assert (own["numerator"].low, own["numerator"].high, own["numerator"].protected) == (1973, 1977, True)
    rate = {one.cell: one for one in figures if one.where == "key_facts.csv, overview.recorded_crime.rate"}
    assert (rate["denominator"].subject, rate["denominator"].period, rate["denominator"].low) == (
        "residents",
        "mid-2020",
        264984,
    )


def test_a_withheld_share_tells_of_its_part(figures: tuple[Figure, ...]) -> None:
    own = {one.cell: one for one in figures if one.where.endswith("domestic_abuse.repeat_victims_share")}
    assert own["value"].withheld and (own["value"].low, own["value"].high) == (0, 1.5)
    assert own["numerator"].withheld and (own["numerator"].low, own["numerator"].high) == (1, 7)


def test_the_withheld_count_of_a_change_is_read(figures: tuple[Figure, ...]) -> None:
    own = {one.cell: one for one in figures if one.where == "key_facts.csv, wards.dalton.recorded_crime_change"}
    assert own["numerator"].withheld and own["numerator"].period == "2020-21 less 2020-07"
    assert (own["denominator"].low, own["denominator"].high, own["denominator"].period) == (
        8,
        12,
        "2019-20 less 2019-07",
    )


def test_a_baseline_is_no_count_of_the_year_before(figures: tuple[Figure, ...]) -> None:
    assert ranges(figures, "violence.domestic_abuse", "", "", "2019-20") == {(4483, 4487)}
    assert ranges(figures, "violence.domestic_abuse", "", "", "2020-21") == {(4183, 4187)}


def test_facts_tables_and_sentences_give_one_number_one_name(figures: tuple[Figure, ...]) -> None:
    whole = named(figures)["overview.recorded_crime", "", "", "2020-21"]
    assert {one.where.split(",")[0] for one in whole} == {"key_facts.csv", "01_overview.html"}
    ward = named(figures)["overview.recorded_crime", "", "Dalton", "2020-21"]
    assert {one.where.split(",")[0] for one in ward} == {"key_facts.csv", "06_wards.html", "wards/dalton.html"}
    assert {(one.low, one.high) for one in ward} == {(1, 7)}
    fewer = named(figures)["overview.recorded_crime", "", "Dalton", "2020-21 less 2020-07"]
    assert {one.where.split(",")[0] for one in fewer} == {"key_facts.csv", "06_wards.html", "wards/dalton.html"}


def test_no_name_has_two_numbers(figures: tuple[Figure, ...]) -> None:
    unequal = {name for name, own in named(figures).items() if len({(one.low, one.high) for one in own}) > 1}
    assert not unequal


def test_months_are_named_by_their_own_code(figures: tuple[Figure, ...]) -> None:
    april = named(figures)["overview.recorded_crime", "", "", "2020-04"]
    assert len(april) == 2 and {one.low for one in april} == {1}
    assert ranges(figures, "overview.recorded_crime", "", "", "2021-03") == {(12, 12)}


def test_partners_tables_are_named_by_their_section(figures: tuple[Figure, ...]) -> None:
    assert ranges(figures, "violence.domestic_abuse.victims", "age: 0 to 17; sex: F", "", "2020-21") == {(58, 62)}
    assert ranges(figures, "violence.domestic_abuse.victims", "age: 18 and over; sex: M", "", "2020-21") == {(0, 0)}
    few = [one for one in figures if one.group.startswith("offence group: Other offences") and one.kind == "count"]
    assert [(one.low, one.high, one.withheld) for one in few] == [(1, 7, True)]
    band = named(figures, "share")["violence.domestic_abuse", "ending: open", "", "2020-21"]
    assert [(one.low, one.high, one.withheld) for one in band] == [(0, 2, True)]


def test_two_counts_in_place_of_a_change(figures: tuple[Figure, ...]) -> None:
    assert ranges(figures, "violence.domestic_abuse", "recency: No usable date", "", "2020-21") == {(8, 12)}
    assert ranges(figures, "violence.domestic_abuse", "recency: No usable date", "", "2019-20") == {(13, 17)}


def test_neighbourhoods_of_two_pages_are_one_place(figures: tuple[Figure, ...]) -> None:
    assert {one.subject for one in figures if one.place == "LSOA 017B"} == {
        "overview.recorded_crime",
        "communities.hate_crime",
    }
    assert ranges(figures, "communities.hate_crime", "", "LSOA 017B", "2019-20") == {(1, 7)}


def test_a_table_that_is_not_known_is_of_its_own(figures: tuple[Figure, ...]) -> None:
    own = [one for one in figures if "nothing is known" in one.where]
    assert len({(one.subject, one.group) for one in own}) == len(own) == 2
    assert {one.kind for one in own} == {"count"} and all(map(released_numbers.opaque, own))
    assert not any(map(released_numbers.opaque, set(figures) - set(own)))


def test_a_column_of_which_one_count_was_not_rounded_is_exact() -> None:
    drugs = Table("Drugs by ward, Rotherham, 2020-21", ("Ward", "Count", "Per 1,000", "Smoothed"), (("Dalton", "395", "3.0", "4"), ("Wath", "31", "2.0", "2")), NOTE)  # fmt: skip
    files = {"key_facts.csv": facts_csv(FACTS), "06_wards.html": page("Wards", "Drugs", drugs.html())}
    read = read_release(files, 8, 5)
    assert [(one.low, one.high) for one in read if one.subject == "overview.drugs" and one.kind == "count"] == [(395, 395), (31, 31)]  # fmt: skip


def test_neighbourhoods_are_no_people() -> None:
    spots = fact(
        "neighbourhoods.hot", "Number of hot spots", value=7, numerator=7, denominator=166, unit="neighbourhoods"
    )
    read = read_release({"key_facts.csv": facts_csv([*FACTS, spots])}, 8, 5)
    assert not any(one.protected for one in read if one.where.endswith("neighbourhoods.hot") and one.kind == "count")


def test_program_lines_are_read_for_their_words_alone() -> None:
    code = 'wards.table("drugs", most=6)  # Dalton had four drug offences'
    files = {"key_facts.csv": facts_csv(FACTS), "06_wards.html": page("Wards", "Code", f"<p>{code}</p>")}
    few = [one.text for one in read_release(files, 8, 5) if one.cell.startswith("small number")]
    assert few == ["four"]


def test_a_count_withheld_to_guard_another_can_be_of_any_size() -> None:
    note = f"{NOTE} Groups from which a small one could be worked out are withheld with it."
    table = Table("Who took part in consultation, 2020-21", ("Group", "Participants"), (("Businesses", "[c]"),), note)
    own = [one for one in read_release({"11_voices.html": page("Voices", "Who", table.html())}, 8, 5) if one.withheld]
    assert [(one.low, one.high, one.group) for one in own] == [(1, None, "group: Businesses")]


def test_places_and_cells_that_are_safe_to_print_hold_no_value(figures: tuple[Figure, ...]) -> None:
    for one in figures:
        assert MARK not in one.where + one.cell
        assert "22,331" not in one.where + one.cell


# --- other files ------------------------------------------------------------------------------------------------


def test_the_spreadsheet_is_read_as_its_pages(files: Mapping[str, str | bytes]) -> None:
    tables = [table for name in ("05_violence.html", "06_wards.html") for table in page_tables(name, str(files[name]))]
    front = Page(title="Audit", area="Rotherham", period="2020-21", span="a year", partnership="SRP", edition="public")
    with_sheets = {**files, "tables.xlsx": spreadsheet.workbook(tables, {}, front)}
    read = read_release(with_sheets, 8, 5)
    sheets, pages = ([one for one in read if one.where.startswith("tables.xlsx") == own] for own in (True, False))
    told = {name: {(one.low, one.high) for one in own} for name, own in named(pages).items()}
    for name, own in named(sheets).items():
        assert {(one.low, one.high) for one in own} <= told[name]
    assert ranges(sheets, "overview.recorded_crime", "", "Dalton", "2020-21") == {(1, 7)}
    rate = named(sheets, "rate")["overview.recorded_crime", "", "Wath", "2020-21"]
    assert (rate[0].low, rate[0].high) == pytest.approx((45.15, 45.25))
    assert unread(with_sheets, read) == []
    assert len(unread(with_sheets, pages)) == sum(one.text == MARK for one in sheets)


def test_rows_of_a_month_in_the_trace_are_its_count(files: Mapping[str, str | bytes]) -> None:
    trace = {
        "files": {
            "street_crime": [{"path": "police_uk/2020-04/2020-04-street.csv", "rows": "3,460"}],
            "offences": [{"path": "offences.csv", "rows": "[c]"}],
        },
        "rules": {"offences": [{"rule": "offences.whole", "found": "2 of 9"}]},
        "facts": {
            "overview.recorded_crime.count": {"value": 22331.25, "rows": {"numerator": {"street_crime": [[0, 1]]}}},
            "violence.domestic_abuse.count": {"value": 4185.0, "rows": {"numerator": {"offences": [[0, None]]}}},
        },
    }
    made = [
        one
        for one in read_release({**files, "trace.json": json.dumps(trace)}, 8, 5)
        if one.where.startswith("trace.json")
    ]
    assert ranges(made, "overview.recorded_crime", "", "", "2020-04") == {(1, 1)}
    assert ranges(made, "rows.offences", "file: offences.csv", "", "") == {(1, 7)}
    assert [one.text for one in made if one.cell == "value"] == ["22331.25"]
    assert not [one for one in made if "domestic_abuse" in one.where]


def test_a_folder_is_read_as_its_files(tmp_path: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in {**files, "tables.bin": b"\x00\xff"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    found = release_files(tmp_path)
    assert found == {**files, "tables.bin": b"\x00\xff"}
    assert list(found) == sorted(found)


# --- nothing is missed ------------------------------------------------------------------------------------------


def test_every_mark_is_covered(files: Mapping[str, str | bytes], figures: tuple[Figure, ...]) -> None:
    assert unread(files, figures) == []


@pytest.mark.parametrize(
    "where", ["06_wards.html, Recorded crime by ward", "key_facts.csv, wards.dalton.recorded_crime_count"]
)
def test_a_mark_without_its_figure_is_found(
    files: Mapping[str, str | bytes], figures: tuple[Figure, ...], where: str
) -> None:
    fewer = [one for one in figures if not one.where.startswith(where)]
    assert len(unread(files, fewer)) == 1 and unread(files, fewer)[0].startswith(where)


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.html", "<h1>A</h1><span>[c]</span>", "beside its tables"),
        ("a.html", '<h1>A</h1><p aria-label="[c] crimes">few</p>', "in an attribute"),
        ("notes.csv", "a,b\n1,[c]\n", "no file of which"),
        ("a.html", "<table><caption>T</caption><tr><th>A</th><th>B</th></tr><tr><th>[c]</th><td>x</td></tr></table>", "a row's heading"),
    ],
)  # fmt: skip
def test_a_mark_in_an_odd_place_is_found(name: str, content: str, place: str) -> None:
    found = unread({name: content}, read_release({name: content}, 8, 5))
    assert len(found) == 1 and place in found[0] and MARK not in found[0]


def test_a_mark_in_a_sentence_is_a_withheld_count() -> None:
    files = {"a.html": page("A", "B", "<p>There were [c] of them, and 12 of others.</p>", f"<p>{NOTE}</p>")}
    read = read_release(files, 8, 5)
    assert [(one.low, one.high) for one in read if one.withheld] == [(1, 7)]
    assert unread(files, read) == []
    assert len(unread(files, ())) == 1


def test_the_sample_gives_no_number_two_names_that_contradict(sample_report: Path, sample_partnership: Path) -> None:
    """What the public edition says of a count holds what the partnership's edition has under the same name."""
    public, exact = (read_release(release_files(folder), 8, 5) for folder in (sample_report, sample_partnership))
    true = {name: {(one.low, one.high) for one in own} for name, own in named(exact).items()}
    assert [name for name, own in true.items() if len(own) > 1] == []
    both = [
        (one, *true[name]) for name, own in named(public).items() if name in true for one in own if one.low is not None
    ]
    assert len(both) > 3000
    assert [
        one.where for one, (low, _) in both if not one.low <= low <= (one.high if one.high is not None else low)
    ] == []
    assert sum(one.protected for one in public) > 2000 and not any(one.protected for one in exact)


def test_kinds_are_those_that_are_told_of(figures: tuple[Figure, ...]) -> None:
    assert {one.kind for one in figures} <= set(released.KINDS)
