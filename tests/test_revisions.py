"""Revisions: an earlier report's figures against this one's, what is not compared, and folders that are refused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srp_lib import render, revisions
from srp_lib.display import COLUMNS
from srp_lib.earlier import read_earlier, require_like
from srp_lib.errors import AuditError
from srp_lib.files import bytes_digest
from srp_lib.report import facts_csv
from srp_lib.revisions import BLANK, DEFINITION, EARLIER_BLANK, GONE, NOW_BLANK, UNIT, Revisions, compare
from srp_lib.verdicts import CHANGE, MET

AREA, EARLIER, HERE = "E08000018", "2019-20", "2020-21"
KEYS = {"street_crime": "a" * 64}
SUBJECT = SimpleNamespace(
    area=AREA, edition="public", synthetic=False, period=SimpleNamespace(code=HERE), intake=SimpleNamespace(keys=KEYS)
)


def fact(ident: str, value: float | None, unit: str = "crimes", period: str = HERE, **more: Any) -> dict[str, Any]:
    """The record of a key fact, with blanks where a test says nothing."""
    theme, objective, _ = ident.split(".", 2)
    blank: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    numbers = dict.fromkeys(("lower", "upper", "numerator", "denominator", "comparator_value", "comparator_numerator"))
    said = {
        "definition": "Crimes (mid-2020, 264,984). Method: Byar's interval.",
        "extracts": [],
        "notebook": "01_overview",
    }
    known = {"id": ident, "theme": theme, "objective": objective, "value": value, "unit": unit, "period": period}
    return {**blank, **numbers, **said, **known, "label": "", "anchor": f"fact-{ident}", **more}


def then(ident: str, value: float | None, before: float | None, **more: Any) -> dict[str, Any]:
    """A fact of this report that is compared with the year before."""
    return fact(ident, value, comparator_value=before, comparator_period=EARLIER, **more)


def moved(folder: Path, facts: list[dict[str, Any]], subject: SimpleNamespace) -> Revisions:
    """The revisions of a folder's report, where it is like this one."""
    earlier = read_earlier(folder)
    require_like(earlier, subject.area, subject.edition, subject.synthetic)
    return revisions.revisions(earlier, facts, subject)


def report_in(
    folder: Path, facts: list[dict[str, Any]], record: Mapping[str, Any] | None = None, period: str = HERE
) -> Path:
    """A folder such as a run leaves, with these figures."""
    folder.mkdir(parents=True, exist_ok=True)
    text = facts_csv(facts, SimpleNamespace(extracts={}))
    (folder / "key_facts.csv").write_bytes(text.encode())
    parameters = {"year": period, "period": period, "edition": "public", "area": AREA}
    whole = {
        "parameters": parameters,
        "synthetic": False,
        "extracts": {},
        "outputs": {"key_facts.csv": bytes_digest(text.encode())},
    }
    (folder / "run.json").write_text(json.dumps({**whole, **(record or {})}), encoding="utf-8")
    return folder


def lines_of(facts: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Facts as the lines of key_facts.csv."""
    return list(csv.DictReader(io.StringIO(facts_csv(facts, SimpleNamespace(extracts={})))))


# --- what moved -----------------------------------------------------------------------------------------------


@given(
    st.lists(st.floats(-1e9, 1e9, allow_nan=False), min_size=1, max_size=8),
    st.sampled_from(["crimes", "%", "per 1,000", "times", CHANGE]),
)
def test_a_report_against_itself_moves_nothing(values: list[float], unit: str) -> None:
    facts = [fact(f"a.b.f{number}", value, unit) for number, value in enumerate(values)]
    found, omitted = compare(lines_of(facts), facts)
    assert len(found) == len(values) and all(one.same for one in found) and not any(omitted.values())


def test_the_very_same_report_says_that_nothing_moved(tmp_path: Path) -> None:
    facts = [fact("a.crime.count", 22331.0), fact("a.crime.rate", 84.27301271234, "per 1,000")]
    made = moved(report_in(tmp_path, facts, {"extracts": KEYS}), facts, SUBJECT)
    assert made.sentences[0] == "None of the 2 figures that both reports give has moved."
    assert "same extracts" in made.sentences[2]
    assert not made.tables and made.omitted is None and not made.why


def test_the_largest_revision_of_each_kind_comes_first_and_is_told(tmp_path: Path) -> None:
    earlier = [
        fact("a.crime.count", 100.0), fact("a.theft.count", 1000.0), fact("a.fire.count", 5.0), fact("a.new.count", 0.0),
        fact("a.crime.share", 40.0, "%"), fact("a.crime.rate", 2.0, "per 1,000"),
    ]  # fmt: skip
    now = [{**one, "value": value} for one, value in zip(earlier, (104.0, 1010.0, 5.0, 0.0, 38.5, 2.002))]
    made = moved(report_in(tmp_path, earlier), now, SUBJECT)
    counts, rates, shares = made.tables
    assert made.sentences[0] == "2 of 6 figures that both reports give are unchanged."
    assert counts.rows[0] == ("Crime: count", HERE, "crimes", "100", "104", "+4", "+4.0%")
    assert counts.rows[1][-2:] == ("+10", "+1.0%")
    assert (
        shares.rows == (("Crime: share", HERE, "%", "40.0%", "38.5%", "\N{MINUS SIGN}1.5"),)
        and "percentage points" in shares.note
    )
    assert rates.rows[0][3:] == ("2.000", "2.002", "+0.002", "+0.1%")  # a revision that a decimal would hide is shown
    assert counts.hrefs[0][0] == "01_overview.html#fact-a.crime.count"
    assert "“Crime: count” in 2020-21: from 100 to 104 (+4.0%)." in made.sentences[2]
    assert "from 40.0% to 38.5% (\N{MINUS SIGN}1.5 percentage points)." in made.sentences[4]
    assert "How far" in render.shell(
        made.html, render.Page(made.title, "Rotherham", HERE, HERE, "Partnership", "public")
    )


def test_last_year_s_figure_meets_what_this_report_compares_with() -> None:
    earlier = [fact("a.crime.count", 25480.0, period=EARLIER), fact("a.crime.change", -3.0, CHANGE, period=EARLIER)]
    now = [then("a.crime.count", 22331.0, 25483.0), then("a.crime.change", -12.4, None, unit=CHANGE)]
    found, omitted = compare(lines_of(earlier), now)
    assert [(one.fact["id"], one.period, one.then, one.now) for one in found] == [
        ("a.crime.count", EARLIER, 25480.0, 25483.0)
    ]
    assert not any(omitted.values())  # of that year's change this report says nothing


def test_from_nothing_there_is_no_per_cent_and_it_leads(tmp_path: Path) -> None:
    earlier = [fact("a.crime.count", 100.0), fact("a.fire.count", 0.0)]
    now = [{**one, "value": value} for one, value in zip(earlier, (300.0, 2.0))]
    (table,) = moved(report_in(tmp_path, earlier), now, SUBJECT).tables
    assert [row[0] for row in table.rows] == ["Fire: count", "Crime: count"] and table.rows[0][-1] == "\N{EN DASH}"


def test_what_does_not_fit_the_table_is_folded(tmp_path: Path) -> None:
    earlier = [fact(f"a.f{number}.count", 100.0) for number in range(revisions.SHOWN + 3)]
    now = [{**one, "value": 101.0 + number} for number, one in enumerate(earlier)]
    made = moved(report_in(tmp_path, earlier), now, SUBJECT)
    assert [len(table.rows) for table in (*made.tables, *made.folded)] == [revisions.SHOWN, 3]
    assert made.tables[0].note == "The 20 largest of 23." and made.html.count("<details") == 1


# --- what is not compared -------------------------------------------------------------------------------------


def test_figures_that_are_not_alike_are_named_and_not_compared(tmp_path: Path) -> None:
    earlier = [
        fact("a.unit.count", 1.0, "crimes"), fact("a.defined.count", 1.0), fact("a.was.count", None), fact("a.is.count", 1.0),
        fact("a.none.count", None), fact("a.gone.count", 1.0), fact("a.old.count", 1.0, period="2015-16"), fact("a.same.count", 1.0),
    ]  # fmt: skip
    now = [
        fact("a.unit.count", 2.0, "incidents"), fact("a.defined.count", 2.0, definition="Thefts. Method: Byar's interval."), fact("a.was.count", 2.0),
        fact("a.is.count", None), fact("a.none.count", None), fact("a.old.count", 2.0),
        fact("a.same.count", 2.0, definition="Crimes (mid-2021, 265,000). Method: exact."),
    ]  # fmt: skip
    made = moved(report_in(tmp_path, earlier), now, SUBJECT)
    assert made.sentences[0] == "0 of 1 figures that both reports give are unchanged."
    reasons = {row[0]: row[-1].replace("\N{ZERO WIDTH SPACE}", "") for row in made.omitted.rows}
    assert reasons == {
        UNIT: "a.unit.count", DEFINITION: "a.defined.count", EARLIER_BLANK: "a.was.count", NOW_BLANK: "a.is.count",
        BLANK: "a.none.count", GONE: "a.gone.count",
    }  # fmt: skip


def test_reports_that_share_no_period_or_no_form_say_so(tmp_path: Path) -> None:
    earlier = report_in(tmp_path, [fact("a.crime.count", 1.0, period="2015-16")], period="2015-16")
    made = moved(earlier, [fact("a.crime.count", 2.0)], SUBJECT)
    assert "of a period that this report, of 2020-21" in made.why and made.why in made.html
    other = moved(report_in(tmp_path, [fact("a.crime.count", 1.0, "incidents")]), [fact("a.crime.count", 2.0)], SUBJECT)
    assert "The table says why." in other.why and other.omitted


def test_the_baseline_of_an_indicator_is_no_later_word_on_an_earlier_figure() -> None:
    (row,) = [{**fact("adults.performance.treated", 41.0, "%", EARLIER), "value": "41"}]
    agreed = then("adults.performance.treated", 39.0, 40.0, unit="%", verdict=MET)
    assert compare([row], [agreed])[0] == []
    ((found,), _) = compare([row], [{**agreed, "verdict": ""}])
    assert (found.then, found.now) == (41, 40)


def test_an_apostrophe_against_formulas_is_taken_off(tmp_path: Path) -> None:
    unit, said = "-ish crimes", "=Crimes"
    facts = [fact("a.crime.count", 1.0, unit, definition=said, statement="'quoted' words\u2028and more")]
    (row,) = read_earlier(report_in(tmp_path, facts)).rows
    assert (row["unit"], row["definition"], row["statement"]) == (unit, said, "'quoted' words\u2028and more")
    assert "'-ish crimes" in (tmp_path / "key_facts.csv").read_text(encoding="utf-8")
    assert [one.same for one in compare([row], facts)[0]] == [True]


# --- refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"synthetic": True}, "made from synthetic extracts and this one from real: give one made from real extracts"),
        (
            {"parameters": {"period": HERE, "edition": "public", "area": "E08000016"}},
            "of the area E08000016 and this one of E08000018",
        ),
        (
            {"parameters": {"period": HERE, "edition": "partnership", "area": AREA}},
            "give the folder of its public edition",
        ),
        ({"refused": True}, "refused its extracts and made no figures"),
        ({"parameters": {"period": HERE}}, "does not say what the report there is of"),
        ({"outputs": None}, "does not say what the report there is of"),
        ({"outputs": {}}, "it was edited, saved by a spreadsheet program or damaged"),
    ],
)
def test_a_report_that_cannot_be_set_beside_this_one_is_refused(
    tmp_path: Path, record: dict[str, Any], told: str
) -> None:
    facts = [fact("a.crime.count", 1.0)]
    with pytest.raises(AuditError, match=told):
        moved(report_in(tmp_path, facts, record), facts, SUBJECT)


def test_a_folder_that_is_no_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="is not a folder"):
        read_earlier(tmp_path / "none")
    with pytest.raises(AuditError, match=r"run\.json in .* can't be read"):
        read_earlier(tmp_path)
    report = report_in(tmp_path / "report", [fact("a.crime.count", 1.0)])
    (report / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(AuditError, match=r"run\.json in .* is damaged"):
        read_earlier(report)
    (report_in(report, []) / "key_facts.csv").unlink()
    with pytest.raises(AuditError, match=r"key_facts\.csv in .* can't be read"):
        read_earlier(report)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"id,value\na.b.c,1\n", "columns of a report's figures in row 1"),
        (",".join(COLUMNS).encode() + b"\na.b.c,a\n", "columns of a report's figures in row 1"),
        (
            ",".join(COLUMNS).encode() + b"\na.b.c,a,b,said,many" + b"," * 15 + b"\n",
            "no number in the column value of row 1",
        ),
        ("\N{POUND SIGN}".encode("latin-1"), "not a table of figures in UTF-8"),
        (b'id\n"a', "not a table of figures"),
    ],
)
def test_figures_that_cannot_be_read_are_refused(tmp_path: Path, data: bytes, told: str) -> None:
    report = report_in(tmp_path, [], {"outputs": {"key_facts.csv": bytes_digest(data)}})
    (report / "key_facts.csv").write_bytes(data)
    with pytest.raises(AuditError, match=told) as refused:
        read_earlier(report)
    assert "Give the folder of a report as the run left it." in str(refused.value)


def test_the_digest_tells_reports_apart(tmp_path: Path) -> None:
    facts = [fact("a.crime.count", 1.0)]
    first = read_earlier(report_in(tmp_path / "a", facts)).digest
    assert first == read_earlier(report_in(tmp_path / "b", facts)).digest
    assert first != read_earlier(report_in(tmp_path / "c", [fact("a.crime.count", 2.0)])).digest
    assert first != read_earlier(report_in(tmp_path / "d", facts, {"extracts": KEYS})).digest
