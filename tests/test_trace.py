"""Trace: every figure names the rows behind it, a protected one without their numbers, and its record can be found and read."""

from __future__ import annotations

import html
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
        "Numerator 30 rows in 2 files", f"    {STREETS[1]}: 20 of 200 rows", "      SHA-256 " + "b" * 64,
        "Comparator 33 rows in 1 file", "Rests on        violence.robbery.count", "  street_crime: 1 of 2 passed",
        "    street.months (warning) failed", "Shown in        05_violence.html#fact-violence.robbery.rate",
        f"Cell {CELL} of notebooks/{NOTEBOOK}.ipynb", "  robbery.facts()", "Figure          30 robberies (95% interval 20 to 43)",
        "Period          2020-21 (April 2020 to March 2021)", "Compared with   2019-20 (April 2019 to March 2020): 33",
    ):  # fmt: skip
        assert told in text


def test_a_change_without_a_comparator_leads_to_its_page_as_no_table_has_a_column_for_it() -> None:
    bare = fact("violence.robbery.change", estimate=absent(CHANGE, "ratio of counts", "There is no year before."))
    assert trace.record(made(bare), bare.id).where == "05_violence.html"
    assert "Figure          no value (% change)" in trace.as_text(trace.record(made(bare), bare.id))


def test_rows_that_are_not_the_figure_are_said_to_be_what_it_was_worked_out_from() -> None:
    found = made(fact(rows=(RowsUsed(NUMERATOR, "street_crime", STREETS[0], 1),)))
    assert trace.part_words(trace.record(found, "violence.robbery.count"), NUMERATOR) == (
        "30, worked out from 1 row in 1 file"
    )


def test_the_rows_of_a_protected_figure_are_nowhere_in_the_trace() -> None:
    used = (RowsUsed(NUMERATOR, "street_crime", STREETS[0], 7123), RowsUsed(NUMERATOR, "street_crime", STREETS[1], 0))
    found = made(fact(disclosure="protected: a count is shown as [c]", rows=used))
    text = trace.as_text(trace.record(found, "violence.robbery.count"))
    shown = f"{' '.join(text.split())} {trace_page.pages(found)[f'trace/{NOTEBOOK}'].html}"
    for text in (shown, trace.trace_json(found)):
        assert "7123" not in text and "7,123" not in text
    assert f"Numerator 30. {trace.HIDDEN} street_crime (" in shown and STREETS[1] in shown
    assert f"30. {html.escape(trace.HIDDEN)} street_crime files 1 to 2." in shown


def test_rows_of_partners_files_are_as_they_may_be_shown() -> None:
    files = pd.DataFrame({"path": ["a.csv", "b.csv"], "sha256": "d" * 64, "rows": [3, 52]})
    shown = {}
    for edition in ("public", "partnership"):
        subject = SimpleNamespace(config=config.load_config(ROOT), edition=edition, synthetic=True, results=(),
                                  intake=Intake({"offences": SimpleNamespace(files=files)}, []))  # type: ignore[dict-item]  # fmt: skip
        one = {**fact(rows=()).record(), "extracts": ["offences"], "notebook": NOTEBOOK, "cell": CELL}
        found = trace.trace_records([one], subject, {NOTEBOOK: notebook("")})  # type: ignore[arg-type]
        shown[edition] = [file.held for file in trace.record(found, "violence.robbery.count").others["offences"]]
    assert shown == {"public": ["[c]", "about 50"], "partnership": ["3", "52"]}


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
    content = trace_page.pages(made(fact(), other, source='print("<b>")'))[f"trace/{NOTEBOOK}"].html
    page = render.shell(content, PAGE)
    for ident in ("violence.robbery.count", "violence.robbery.rate"):
        assert f'<section id="fact-{ident}">' in page and f'href="../{NOTEBOOK}.html#fact-{ident}"' in page
        assert f'Robbery: {ident.rpartition(".")[2]}</a></h3><p class="ident">{ident}</p>' in page
    assert "30 rows in 2 files: street_crime file 1 has 10, file 2 has 20." in page
    assert "street_crime files 1 to 3" in page and "&lt;b&gt;" in page and "<b>" not in page
    passed = 'street_crime <a href="#rules-street_crime">1 of 2</a> (street.months (warning) failed)'
    assert page.count(passed) == 1 and 'id="rules-street_crime"' in page  # alike for both, so said once


def test_a_record_without_a_label_is_headed_by_its_sentence() -> None:
    bare = fact(label="")
    content = trace_page.pages(made(bare))[f"trace/{NOTEBOOK}"].html
    assert content.count(bare.statement) == 1 and f"{bare.statement}</a></h3>" in content


def test_why_a_failure_is_excepted_is_told_once_a_page() -> None:
    waived = replace(rule("street.months", False), waived="until 31 December 2026, by A: reason")
    other = fact("violence.robbery.rate", rests_on=("violence.robbery.count",))
    content = trace_page.pages(made(fact(), other, results=(waived,)))[f"trace/{NOTEBOOK}"].html
    assert content.count("by A: reason") == 1 and "(street.months (warning) excepted)" in content


def test_each_ward_has_a_page_of_its_own_and_groups_stay_on_the_page_of_all() -> None:
    wath = fact("wards.wath.robbery_count", place="Wath & Manvers")
    group = fact("ward_groups.locality.north.robbery_count", place="North", rests_on=(wath.id,))
    found = trace_page.pages(made(wath, group))
    main, ward = found[f"trace/{NOTEBOOK}"], found[f"trace/{NOTEBOOK}_wath"]
    assert len(found) == 2 and (main.place, ward.place) == ("", "Wath & Manvers")
    assert "North, Robbery: count</a></h3>" in main.html and ">Robbery: count</a></h3>" in ward.html
    assert f'<a href="{NOTEBOOK}_wath.html">Wath &amp; Manvers</a>' in main.html
    assert f'<a href="{NOTEBOOK}_wath.html#fact-{wath.id}">' in main.html  # what it is made from
    assert f'<a href="{NOTEBOOK}.html#rules-street_crime">' in ward.html and "a" * 64 not in ward.html
    table = Table("Crime", ("Ward", "Count"), (("Wath & Manvers", "30"),), anchors=(("", wath.anchor),))
    linked = trace_page.linked(table.html(), [{**wath.record(), "notebook": NOTEBOOK}], "../")
    assert f'href="../trace/{NOTEBOOK}_wath.html#fact-{wath.id}"' in linked
    assert 'aria-label="30, Wath &amp; Manvers, Robbery: count, source"' in linked


@pytest.mark.parametrize(
    ("ident", "estimate", "more", "told"),
    [
        ("a.b.change", absent(CHANGE, "m", "n"), {"value": 12.345, "lower": -1.66, "upper": 23.07, "statement": "Up 12.3%."}, "+12.3% change (95% interval −1.7% to +23.1%)"),
        ("a.b.change", absent(CHANGE, "m", "n"), {"value": 12.345, "lower": -1.66, "upper": 23.07, "statement": "Up 12%.", "disclosure": "protected: x"}, "+12% change (95% interval −2% to +23%)"),
        ("a.b.share", absent("%", "m", "n"), {"value": 33.08, "statement": "It was 33.1%.", "disclosure": "protected: x"}, "33.1%"),
        ("a.b.share", absent("%", "m", "n"), {"value": 0.0, "statement": "It was so in under 0.1% of them."}, "under 0.1%"),
        ("a.b.rate", absent("per 1,000", "m", "n"), {"value": 3.479, "lower": 3.2567, "upper": 3.71, "statement": "3.48 for every"}, "3.48 per 1,000 (95% interval 3.26 to 3.71)"),
        ("a.b.count", absent("crimes", "m", "n"), {"value": 6832.0, "lower": 6670.9, "upper": 6996.0}, "6,832 crimes (95% interval 6,671 to 6,996)"),
    ],
)  # fmt: skip
def test_figures_are_no_finer_than_their_sentences(ident: str, estimate: Any, more: dict[str, Any], told: str) -> None:
    assert trace.figure({**fact(ident, estimate=estimate).record(), **more}) == told


@pytest.mark.parametrize(
    ("ident", "label", "unit", "told"),
    [
        ("communities.hate_crime.count", "Hate crimes", "hate crimes", "Hate crimes: count"),
        ("similar.robbery.ratio_to_group", "Robbery", "times", "Robbery: ratio to group"),
        ("performance.targets.cant_tell", "Targets: can't tell", "targets", "Targets: can't tell"),
        ("adults.performance.repeat", "Victims before", "%", "Victims before"),
        ("overview.outcomes.open_share", "", "%", "Rotherham had 30 robberies in 2020-21"),
    ],
)
def test_a_figure_has_a_short_name(ident: str, label: str, unit: str, told: str) -> None:
    one = fact(ident, label=label, estimate=absent(unit, "m", "n"))
    assert trace.short_name(one.record()) == told


def test_the_short_name_of_a_withheld_figure_has_no_mark() -> None:
    one = {**fact("children.cse.repeat_victims_share", label="").record(), "statement": "[c] of them."}
    assert trace.short_name(one) == "cse: repeat victims share"


@pytest.mark.parametrize(
    ("code", "words"),
    [("2020-21", "2020-21 (April 2020 to March 2021)"), ("ye-2021-12", "year ending December 2021"), ("2020-11 to 2020-11", "November 2020"), ("2020-21Q3", "October to December 2020"), ("a while", "a while")],
)  # fmt: skip
def test_a_period_is_told_in_words(code: str, words: str) -> None:
    assert trace.period_words(code) == words


def test_the_second_number_of_a_change_is_called_by_its_months() -> None:
    def called(period: str) -> str:
        one = fact("violence.robbery.change", estimate=absent(CHANGE, "m", "n"), comparator_period=period)
        return trace.part_name(trace.record(made(one), one.id), DENOMINATOR)

    assert called("2019-20") == "Denominator (the year before)" and called("2018-19") == "Denominator (2018-19)"
    ahead = fact("violence.robbery.forecast")
    assert trace.part_name(trace.record(made(ahead), ahead.id), DENOMINATOR) == "Denominator (the months before)"


def test_figures_in_sentences_cards_and_cells_lead_to_their_records() -> None:
    one = fact()
    table = Table(
        "Crime", ("What", "Count", "Rate"), (("Robbery", "30\n25 to 35", "1"),), anchors=(("", one.anchor, ""),)
    )
    card = FactGroup((replace(one, id="violence.robbery.card"),), "Robbery", "30", "robberies")
    shown = FactGroup((replace(one, id="violence.robbery.said", verdict="higher"),)).html() + card.html() + table.html()
    names = ("count", "card", "said")
    known = [{**replace(one, id=f"violence.robbery.{name}").record(), "notebook": NOTEBOOK} for name in names]
    found = trace_page.linked(shown, known)
    where = {name: f'href="trace/{NOTEBOOK}.html#fact-violence.robbery.{name}"' for name in names}
    said = 'aria-label="30, Robbery, count, source"'
    assert f'<span><a class="traced" {where["count"]} {said}>30</a><br>25 to 35</span></td>' in found
    assert f'robberies <a class="trace" {where["card"]} aria-label="source: Robbery: card"></a></p>' in found
    assert (
        f'Higher, more than chance.</span> <a class="trace" {where["said"]} aria-label="source: Robbery: said"></a></li>'
        in found
    )
    assert found.count(trace_page.EXPLAINED) == 1 and f"</ul>{trace_page.EXPLAINED}" in found
    before, after = (re.sub("<[^>]+>", " ", one).split() for one in (shown, found.replace(trace_page.EXPLAINED, "")))
    assert after == before  # the links add no word
    assert trace_page.linked(shown, []) == shown
    assert f'href="../trace/{NOTEBOOK}.html#' in trace_page.linked(shown, known, "../")


def test_what_links_are_is_said_below_the_first_table_that_has_them_and_its_note() -> None:
    one, head = fact(), ("What", "Count")
    tables = [Table("First", head, (("All", "9"),)), Table("Second", head, (("Robbery", "30"),), "A note.", anchors=(("", one.anchor),))]  # fmt: skip
    known = [{**one.record(), "notebook": NOTEBOOK}]
    content = "".join(table.html() for table in tables)
    found = trace_page.linked(f"{content}<p>After.</p>", known)
    assert f'<p class="note">A note.</p>{trace_page.EXPLAINED}<p>After.</p>' in found
    assert found.count(trace_page.EXPLAINED) == 1
    cards = f'<div class="cards">{FactGroup((one,), "Robbery", "30", "robberies").html()}</div><p>After.</p>'
    assert f"</div></div>{trace_page.EXPLAINED}<p>After.</p>" in trace_page.linked(cards, known)
    alone = f"<div><p>{one.sentence()}</p></div>"
    assert f"</a></p>{trace_page.EXPLAINED}</div>" in trace_page.linked(alone, known)


@pytest.mark.parametrize("cell", ["\N{EN DASH}", "[c]", "[c]\n1 to 7", "\N{BLACK UP-POINTING TRIANGLE}", "+"])
def test_a_cell_without_a_figure_or_a_word_has_no_link(cell: str) -> None:
    one = fact()
    table = Table("Crime", ("What", "Count"), (("Robbery", cell),), anchors=(("", one.anchor),)).html()
    assert trace_page.linked(table, [{**one.record(), "notebook": NOTEBOOK}]) == table


def test_the_dots_of_a_link_are_seen_and_what_explains_them_is_not_printed() -> None:
    style = (ROOT / "srp_lib" / "templates" / "srp" / "style.css").read_text(encoding="utf-8")
    colour = re.search(r"a\.traced \{[^}]*underline dotted (#[0-9a-f]{6})", style)
    parts = [int(colour[1][at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = sum(share * ((part + 0.055) / 1.055) ** 2.4 for share, part in zip((0.2126, 0.7152, 0.0722), parts))
    assert 1.05 / (light + 0.05) >= 3
    assert "a.trace, .traces { display: none; }" in style.partition("@media print")[2]


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
        f"{trace.FOLDER}/{path.stem}": path.read_text(encoding="utf-8")
        for path in sorted((sample_report / trace.FOLDER).glob("*.html"))
    }
    notebooks = {one["notebook"] for one in found["facts"].values()}
    assert set(pages) == {trace.page_of(ident, one["notebook"]) for ident, one in found["facts"].items()}
    shown = {name: (sample_report / f"{name}.html").read_text(encoding="utf-8") for name in notebooks}
    for ident, one in found["facts"].items():
        name, anchor, page = one["notebook"], f"fact-{ident}", trace.page_of(ident, one["notebook"])
        assert f'<section id="{anchor}">' in pages[page] and f'href="../{name}.html#{anchor}"' in pages[page]
        assert f'id="{anchor}"' in shown[name]
        assert f'href="{page}.html#{anchor}"' in shown[name] or one.get("value") is None, ident
    assert all(text.count(trace_page.EXPLAINED) == 1 for text in shown.values())
    assert max(map(len, pages.values())) < 300_000


def test_leaflets_of_wards_lead_to_the_records_of_their_ward(sample_report: Path) -> None:
    leaflets = sorted((sample_report / "wards").glob("*.html"))
    for path in leaflets:
        own = f"../trace/06_wards_{path.stem.replace('-', '_')}.html#"
        ways = re.findall(r'class="traced?" href="([^"]+#)', path.read_text(encoding="utf-8"))
        assert leaflets and ways and set(ways) == {own}
