"""Trace: every figure names the rows behind it, a protected one without their numbers, and its record can be found and read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from srp_lib import config, rates, render, trace, trace_page
from srp_lib.display import Table
from srp_lib.errors import AuditError
from srp_lib.estimates import absent
from srp_lib.extracts import Intake
from srp_lib.facts import FactGroup, KeyFact
from srp_lib.gate import RuleResult
from srp_lib.used import COMPARATOR, DENOMINATOR, NUMERATOR, RowsUsed, in_files, of_files, packed, unpacked
from srp_lib.verdicts import CHANGE

ROOT = Path(__file__).resolve().parents[1]
PAGE = render.Page(
    "Where each figure comes from", "Rotherham", "2020-21", "a year", "Partnership", "public", leaflet=True
)
NOTEBOOK, CELL = "05_violence", "violence-facts"
STREETS = ("police_uk/2020-04-street.csv", "police_uk/2020-05-street.csv", "police_uk/2020-06-street.csv")

# Figures that are no count of rows, by what makes them, and why their rows do not add up to them.
NOT_ROWS = {
    "srp_lib.service_facts.service_count": "a record holds a number",
    "srp_lib.service_facts.service_gap": "a record holds a number",
    "srp_lib.survey_facts.share_fact": "a row holds a base and those who gave an answer",
    "srp_lib.calls._offered": "a row holds a month's calls",
    "srp_lib.calls._figure_fact": "a row holds a month's calls",
    "srp_lib.consultation_tables.facts": "an event has participants",
    "srp_lib.record_facts.repeat_share": "victims with two or more rows",
    "srp_lib.record_changes.concentrated": "neighbourhoods that hold half",
    "srp_lib.neighbourhoods.Neighbourhoods._half_fact": "neighbourhoods that hold half",
    "srp_lib.neighbourhoods.Neighbourhoods._kind_fact": "neighbourhoods of a kind",
    "srp_lib.vulnerable.Vulnerable._fact": "neighbourhoods above twice",
    "srp_lib.vulnerable.Vulnerable._agreement": "neighbourhoods above twice",
    "srp_lib.similar_areas._facts": "a row of table C2 holds a year's crimes",
    "srp_lib.similar_areas._ratio_fact": "a row of table C2 holds a year's crimes",
    "srp_lib.performance.Performance.fact": "what the figure that it rests on is",
}
# Denominators that are counts of rows, by what makes them.
BASES_OF_ROWS = (
    "srp_lib.facts.change_fact", "srp_lib.facts._outcome_fact", "srp_lib.record_facts.share", "srp_lib.record_changes.changed",
    "srp_lib.record_changes._hot_spots", "srp_lib.rural.Rural._fact", "srp_lib.consultation_tables._raised_fact",
)  # fmt: skip


def fact(ident: str = "violence.robbery.count", **more: object) -> KeyFact:
    """A count of 30 robberies in three files, the last of which has none."""
    used = of_files(NUMERATOR, "street_crime", [(STREETS[2], 0), (STREETS[1], 20), (STREETS[0], 10)])
    told = {
        "rows": used,
        "label": "Robbery",
        "disclosure": "as published",
        "made_by": "srp_lib.facts.count_fact",
        **more,
    }
    estimate = told.pop("estimate", rates.count(30, "robberies"))
    return KeyFact(ident, "Rotherham had 30 robberies in 2020-21.", estimate, "2020-21", "Rows", ("street_crime",), **told)  # fmt: skip


def rule(name: str, passed: bool = True, **more: object) -> RuleResult:
    told = {"why": "It matters.", "remedy": "Mend it.", "checked": 12, "failing": 0 if passed else 3, "observed": ""}
    return RuleResult("street_crime", name, "rows", "validity", "warning", passed=passed, **{**told, **more})


def made(*facts: KeyFact, source: str = "robbery.facts()", results: tuple[RuleResult, ...] = ()) -> trace.Trace:
    """The trace of a public report of these facts; one of two rules fails unless `results` are given."""
    files = pd.DataFrame({"path": STREETS, "sha256": ["a" * 64, "b" * 64, "c" * 64], "rows": [100, 200, 300]})
    subject = SimpleNamespace(
        config=config.load_config(ROOT), edition="public", synthetic=True,
        results=results or (rule("street.header"), rule("street.months", False)),
        intake=Intake({"street_crime": SimpleNamespace(files=files)}, []),  # type: ignore[dict-item]
    )  # fmt: skip
    records = [{**one.record(), "notebook": NOTEBOOK, "cell": CELL} for one in facts or (fact(),)]
    return trace.trace_records(records, subject, {NOTEBOOK: notebook(source)})  # type: ignore[arg-type]


def notebook(source: str) -> SimpleNamespace:
    class Cell(dict):
        id, source = "", ""

    cell, other = Cell(id=CELL), Cell(id="other")
    cell.id, cell.source = CELL, f"{source}\n"
    return SimpleNamespace(cells=[other, cell])


# --- rows used ----------------------------------------------------------------------------------------------------


def test_rows_are_counted_by_file_in_order_and_files_without_one_are_there() -> None:
    files = pd.Series(["b.csv", "a.csv", "b.csv"], dtype=pd.CategoricalDtype(["c.csv", "b.csv", "a.csv"]))
    found = in_files(DENOMINATOR, "offences", files)
    assert [(one.file, one.rows) for one in found] == [("a.csv", 1), ("b.csv", 2), ("c.csv", 0)]
    assert {(one.part, one.extract) for one in found} == {(DENOMINATOR, "offences")}


def test_a_record_keeps_rows_by_file_and_leaves_out_files_without_one() -> None:
    used = fact().rows
    assert packed(used, hidden=False) == {NUMERATOR: {"street_crime": {STREETS[0]: 10, STREETS[1]: 20}}}
    assert unpacked(packed(used, hidden=False)) == tuple(one for one in used if one.rows)


def test_a_figure_of_nothing_names_the_files_that_were_looked_through() -> None:
    used = of_files(NUMERATOR, "offences", [("b.csv", 0), ("a.csv", 0)])
    assert packed(used, hidden=False) == {NUMERATOR: {"offences": {"a.csv": 0, "b.csv": 0}}}


def test_a_protected_record_has_no_number_and_does_not_tell_which_files_have_a_row() -> None:
    found = fact(disclosure="protected: computed from counts rounded to the nearest 5").record()["rows"]
    assert found == {NUMERATOR: {"street_crime": dict.fromkeys(STREETS)}}
    assert unpacked(found) == tuple(RowsUsed(NUMERATOR, "street_crime", file, 0) for file in STREETS)


def test_a_fact_knows_what_made_it_and_a_copy_keeps_it() -> None:
    from srp_lib import actions

    theme = pd.DataFrame({"theme": ["violence"], "open": True, "overdue": False, "status": "on track", "file": "a.csv", "updated": pd.Timestamp("2021-01-01")})  # fmt: skip
    plan = actions.Actions(SimpleNamespace(period=SimpleNamespace(code="2020-21", months=("2021-03",))), ("violence",))  # type: ignore[arg-type]
    plan.__dict__.update(rows=theme, lacking="")
    found = plan.facts("violence")
    assert {one.made_by for one in found} == {"srp_lib.actions.Actions.facts"}
    assert replace(found[0], label="Other").made_by == found[0].made_by
    assert [sum(used.rows for used in one.rows) for one in found] == [one.estimate.numerator for one in found]


# --- the record ---------------------------------------------------------------------------------------------------


def test_the_text_of_a_trace_is_read_back_as_it_was(tmp_path: Path) -> None:
    (tmp_path / trace.FILE).write_text(trace.trace_json(made()), encoding="utf-8")
    assert trace.read_trace(tmp_path, "violence.robbery.count") == trace.record(made(), "violence.robbery.count")
    assert json.loads(trace.trace_json(made())) == json.loads(json.dumps(made()))


def test_a_record_has_rows_digests_rules_and_the_lines_of_the_cell() -> None:
    found = trace.record(made(), "violence.robbery.count")
    assert found.parts == {
        NUMERATOR: {
            "street_crime": (
                trace.UsedFile(STREETS[0], "a" * 64, "100", 10), trace.UsedFile(STREETS[1], "b" * 64, "200", 20),
            )
        }
    }  # fmt: skip
    assert found.source == "robbery.facts()" and found.where == "05_violence.html#fact-violence.robbery.count"
    assert [one["result"] for one in found.rules["street_crime"]] == ["passed", "failed"]
    assert found.fact["definition"] == "Rows" and found.fact["method"] == "Byar's interval" and not found.others


def test_an_extract_of_which_no_row_is_counted_is_told_as_a_whole() -> None:
    found = trace.record(made(fact(rows=())), "violence.robbery.count")
    assert not found.parts and [one.path for one in found.others["street_crime"]] == list(STREETS)
    assert "Besides: street_crime, read as a whole" in trace.as_text(found)


def test_the_printed_record_fits_its_width_and_tells_everything() -> None:
    second = fact("violence.robbery.rate", rests_on=("violence.robbery.count",), comparator_value=33.0, comparator_period="2019-20",
                  rows=fact().rows + (RowsUsed(COMPARATOR, "street_crime", STREETS[0], 33),))  # fmt: skip
    text = trace.as_text(trace.record(made(fact(), second), "violence.robbery.rate"))
    assert max(map(len, text.splitlines())) <= trace.WIDTH
    for told in (
        "Numerator 30: as many rows, of 2 files", f"    {STREETS[1]}: 20 of 200 rows", "      SHA-256 " + "b" * 64,
        "Comparator 33: as many rows, of 1 file", "Rests on        violence.robbery.count", "  street_crime: 1 of 2 passed",
        "    street.months (warning) failed", "Shown in        05_violence.html#fact-violence.robbery.rate",
        f"Cell {CELL} of {NOTEBOOK}.ipynb", "  robbery.facts()", "Figure          30 robberies (95% interval",
    ):  # fmt: skip
        assert told in text


def test_a_change_without_a_comparator_leads_to_its_page_as_no_table_has_a_column_for_it() -> None:
    bare = fact("violence.robbery.change", estimate=absent(CHANGE, "ratio of counts", "There is no year before."))
    assert trace.record(made(bare), bare.id).where == "05_violence.html"
    assert "Figure          no value (% change)" in trace.as_text(trace.record(made(bare), bare.id))


def test_rows_that_are_not_the_figure_are_said_to_be_what_it_was_worked_out_from() -> None:
    found = made(fact(rows=(RowsUsed(NUMERATOR, "street_crime", STREETS[0], 1),)))
    assert trace.part_words(trace.record(found, "violence.robbery.count"), NUMERATOR) == (
        "30: worked out from 1 row of 1 file"
    )


def test_the_rows_of_a_protected_figure_are_nowhere_in_the_trace() -> None:
    used = (RowsUsed(NUMERATOR, "street_crime", STREETS[0], 7123), RowsUsed(NUMERATOR, "street_crime", STREETS[1], 0))
    found = made(fact(disclosure="protected: a count is shown as [c]", rows=used))
    shown = trace.as_text(trace.record(found, "violence.robbery.count")) + trace_page.pages(found)[f"trace/{NOTEBOOK}"]
    for text in (shown, trace.trace_json(found)):
        assert "7123" not in text and "7,123" not in text
    assert f"from 2 files; {trace.HIDDEN}" in shown and STREETS[1] in shown


def test_rows_of_partners_files_are_as_they_may_be_shown() -> None:
    files = pd.DataFrame({"path": ["a.csv", "b.csv"], "sha256": "d" * 64, "rows": [3, 52]})
    shown = {}
    for edition in ("public", "partnership"):
        subject = SimpleNamespace(config=config.load_config(ROOT), edition=edition, synthetic=True, results=(),
                                  intake=Intake({"offences": SimpleNamespace(files=files)}, []))  # type: ignore[dict-item]  # fmt: skip
        one = {**fact(rows=()).record(), "extracts": ["offences"], "notebook": NOTEBOOK, "cell": CELL}
        found = trace.trace_records([one], subject, {NOTEBOOK: notebook("")})  # type: ignore[arg-type]
        shown[edition] = [file["rows"] for file in found["files"]["offences"]]
    assert shown == {"public": ["[c]", "50"], "partnership": ["3", "52"]}


def test_a_waived_rule_is_an_exception_by_name() -> None:
    waived = replace(rule("street.months", False), waived="until 31 December 2026, by A: reason")
    found = trace.record(made(results=(waived,)), "violence.robbery.count")
    assert trace.not_passed(found.rules["street_crime"]) == [
        "street.months (warning) excepted until 31 December 2026, by A: reason"
    ]
    assert trace.rules_words(found.rules["street_crime"]) == "0 of 1"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("violence.robery.count", "The nearest are:\n  violence.robbery.count"),
        ("", "Give the id of a figure. key_facts.csv lists all 1; there are:\n  violence (1): violence.robbery.count"),
        ("zzzz", "No figure of"),
    ],
)
def test_an_id_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path, wanted: str, said: str) -> None:
    (tmp_path / trace.FILE).write_text(trace.trace_json(made()), encoding="utf-8")
    with pytest.raises(AuditError, match=re.escape(said)):
        trace.read_trace(tmp_path, wanted)


@pytest.mark.parametrize(
    ("text", "said"), [(None, "has no trace.json"), ("{", "can't be read"), ("{}", "can't be read")]
)
def test_a_folder_without_a_trace_is_told_with_the_remedy(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / trace.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(AuditError, match=f"{said}.*srp audit"):
        trace.read_trace(tmp_path, "violence.robbery.count")


# --- pages and links ----------------------------------------------------------------------------------------------


def test_each_figure_has_its_section_and_the_page_passes_the_checks() -> None:
    other = fact("violence.robbery.rate", disclosure="protected: a count is shown as [c]")
    content = trace_page.pages(made(fact(), other, source='print("<b>")'))[f"trace/{NOTEBOOK}"]
    html = render.shell(content, PAGE)
    for ident in ("violence.robbery.count", "violence.robbery.rate"):
        assert f'<section id="fact-{ident}">' in html and f'href="../{NOTEBOOK}.html#fact-{ident}"' in html
    assert "30: as many rows, of 2 files. street_crime files 1: 10, 2: 20" in html
    assert "street_crime files 1 to 3" in html and "&lt;b&gt;" in html and "<b>" not in html
    assert html.count("street_crime 1 of 2 (street.months (warning) failed)") == 1  # alike for both, so said once


def test_figures_in_sentences_cards_and_cells_lead_to_their_records() -> None:
    one = fact()
    table = Table(
        "Crime", ("What", "Count", "Rate"), (("Robbery", "30\n25 to 35", "1"),), anchors=(("", one.anchor, ""),)
    )
    card = FactGroup((replace(one, id="violence.robbery.card"),), "Robbery", "30", "robberies")
    html = FactGroup((replace(one, id="violence.robbery.said", verdict="higher"),)).html() + card.html() + table.html()
    names = ("count", "card", "said")
    known = [{**replace(one, id=f"violence.robbery.{name}").record(), "notebook": NOTEBOOK} for name in names]
    found = trace_page.linked(html, known)
    where = {name: f'href="trace/{NOTEBOOK}.html#fact-violence.robbery.{name}"' for name in names}
    assert f'<span><a class="traced" {where["count"]}>30</a><br>25 to 35</span></td>' in found
    assert f'robberies <a class="trace" {where["card"]} aria-label="source: Robbery"></a></p>' in found
    assert (
        f'Higher, more than chance.</span> <a class="trace" {where["said"]} aria-label="source: Robbery"></a></li>'
        in found
    )
    before, after = (re.sub("<[^>]+>", " ", one).split() for one in (html, found))
    assert after == before  # the links add no word
    assert trace_page.linked(html, []) == html
    assert f'href="../trace/{NOTEBOOK}.html#' in trace_page.linked(html, known, "../")


def test_a_cell_that_leads_elsewhere_keeps_its_link_and_has_the_small_one_after_it() -> None:
    one = fact()
    table = Table(
        "Crime", ("What", "Count"), (("Robbery", "30"),), anchors=(("", one.anchor),), hrefs=(("", "02.html#x"),)
    )
    found = trace_page.linked(table.html(), [{**one.record(), "notebook": NOTEBOOK}])
    assert '<span><a href="02.html#x">30</a> <a class="trace" href="trace/' in found


# --- the sample ---------------------------------------------------------------------------------------------------


def rows_of(one: Mapping[str, Any], part: str) -> int | None:
    """How many rows a part of a fact has; None where they are kept back."""
    numbers = [rows for files in one["rows"].get(part, {}).values() for _, rows in files]
    return None if None in numbers else sum(numbers)


def read(folder: Path) -> dict[str, Any]:
    return json.loads((folder / trace.FILE).read_text(encoding="utf-8"))


def faults(found: Mapping[str, Any]) -> list[str]:
    """Facts whose rows are not told, or do not add up where they are what is counted."""
    said = []
    for ident, one in found["facts"].items():
        numerator, rows = one.get("numerator"), rows_of(one, NUMERATOR)
        if not one["rows"] or not one.get("made_by"):
            said.append(f"{ident} tells no rows, or nothing that made it")
        elif rows is not None and one["made_by"] not in NOT_ROWS and numerator not in (None, rows):
            said.append(f"{ident}: {rows} rows and a numerator of {numerator:g}")
        elif one["made_by"] in BASES_OF_ROWS and rows_of(one, DENOMINATOR) not in (None, one.get("denominator")):
            said.append(f"{ident}: {rows_of(one, DENOMINATOR)} rows and a denominator of {one.get('denominator')}")
    return said


def test_rows_of_every_figure_of_the_sample_add_up_to_it(sample_partnership: Path) -> None:
    found = read(sample_partnership)
    assert len(found["facts"]) > 1000 and not faults(found)
    makers = {one["made_by"] for one in found["facts"].values()}
    assert set(NOT_ROWS) <= makers and set(BASES_OF_ROWS) <= makers
    assert not any(rows_of(one, part) is None for one in found["facts"].values() for part in one["rows"])


def test_the_public_trace_keeps_back_the_rows_of_what_is_protected_and_of_nothing_else(sample_report: Path) -> None:
    found = read(sample_report)
    assert not faults(found)
    for ident, one in found["facts"].items():
        hidden = one["disclosure"].startswith("protected")
        kept = [rows_of(one, part) is None for part in one["rows"] if any(one["rows"][part].values())]
        assert all(kept) if hidden else not any(kept), ident


def test_every_figure_of_the_sample_leads_to_its_record_and_back(sample_report: Path) -> None:
    found = read(sample_report)
    pages = {
        path.stem: path.read_text(encoding="utf-8") for path in sorted((sample_report / trace.FOLDER).glob("*.html"))
    }
    assert set(pages) == {one["notebook"] for one in found["facts"].values()}
    shown = {name: (sample_report / f"{name}.html").read_text(encoding="utf-8") for name in pages}
    for ident, one in found["facts"].items():
        name, anchor = one["notebook"], f"fact-{ident}"
        assert f'<section id="{anchor}">' in pages[name] and f'href="../{name}.html#{anchor}"' in pages[name]
        assert f'id="{anchor}"' in shown[name] and f'href="trace/{name}.html#{anchor}"' in shown[name]
    assert max(map(len, pages.values())) < 1_500_000
