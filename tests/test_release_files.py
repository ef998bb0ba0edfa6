"""What a public release may be made of: a closed list of files and of what stands in each; anything else fails the attack."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from srp_lib import render, spreadsheet
from srp_lib.config import load_config
from srp_lib.crate import crate_text
from srp_lib.display import COLUMNS, Table
from srp_lib.errors import AuditError
from srp_lib.page_tables import page_tables
from srp_lib.release.closed import strange
from srp_lib.release.disclosure_page import SAFE, UNTOLD, attack
from srp_lib.release.released import release_files
from srp_lib.release.released_numbers import Rule

Files = dict[str, str | bytes]
CONFIG, RULE = load_config(), Rule(8, 5)
NOTE = "To protect people, counts from 1 to 7 are shown as [c] and other counts are rounded to the nearest 5; shares are worked out from the rounded counts, so figures may not add up."
BANNER = (
    "To protect people, counts of 1 to 7 in the partners' records and of places within the borough are withheld ([c]) or put "
    "together, and others rounded to the nearest 5: figures may not add up."
)
FRONT = render.Page(
    "What changed", "Rotherham", "2020-21", "April 2020 to March 2021", "Safer Rotherham Partnership", "public",
    (render.Banner("public", "Public edition", BANNER),), warnings=("Street-level crime: July 2019 is missing.",),
    sources=("Offences recorded by the police: South Yorkshire Police; 24 months; own.",),
)  # fmt: skip
ABUSE = "violence.domestic_abuse.count"
WARDS = Table(
    "Domestic abuse offences by ward, Rotherham, 2020-21", ("Ward", "Count", "95% interval"), (("Dalton", "[c]", "–"), ("Wath", "395", "350 to 440")), NOTE,
)  # fmt: skip
SHA = "0" * 64


def fact(**told: object) -> dict[str, object]:
    return {**dict.fromkeys(COLUMNS, ""), "id": ABUSE, "unit": "domestic abuse offences", "period": "2020-21", "value": 4185, "numerator": 4185, "statement": "There were about 4,185 domestic abuse offences in 2020-21.", "definition": "Number of offences with domestic_abuse = Y. Method: any.", "disclosure": "protected: computed from counts rounded to the nearest 5", "notebook": "05_violence", "cell": "a", **told}  # fmt: skip


def facts_csv(*lines: Mapping[str, object]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def trace() -> dict[str, Any]:
    same = ("statement", "unit", "period", "disclosure", "notebook", "cell")
    told = {name: fact()[name] for name in same} | {"value": 4185.0, "definition": "Number of offences with domestic_abuse = Y", "method": "any", "extracts": ["offences"]}  # fmt: skip
    return {
        "edition": "public", "synthetic": False,
        "files": {"offences": [{"path": "offences.csv", "sha256": SHA, "rows": "9,870"}]},
        "rules": {"offences": [{"rule": "offences.whole", "severity": "critical", "result": "passed", "found": "0 of 9,870 rows"}]},
        "cells": {"05_violence": {"a": "facts.headline(abuse)"}},
        "facts": {ABUSE: {**told, "rows": {"numerator": {"offences": [[0, None]]}}}},
    }  # fmt: skip


def result(**told: object) -> dict[str, object]:
    return {"extract": "offences", "rule": "offences.whole", "view": "rows", "dimension": "validity", "severity": "warning", "why": "", "remedy": "", "passed": True, "checked": 9870, "failing": 0, "observed": "0 of 9,870 rows", "files": [], "details": [], "waived": "", **told}  # fmt: skip


def record(files: Mapping[str, object]) -> dict[str, Any]:
    parts = dict.fromkeys(("inputs", "code", "parameters", "versions"), SHA) | {"commentary": ""}
    return {
        "key": SHA, "key_parts": parts, "parameters": {"year": "", "period": "2020-21", "edition": "public", "area": "E08000018"},
        "protection": {"smallest_count": 8, "rounding_base": 5, "narrowest_range": 5}, "checked_on": "2026-11-22", "synthetic": False,
        "inputs": [{"path": "offences.csv", "sha256": SHA}, {"sha256": SHA}], "extracts": {"offences": SHA},
        "pages": [{"file": "index.html", "title": "What changed"}], "results": [result()], "warnings": list(FRONT.warnings), "facts": 1,
        "outputs": dict.fromkeys(files, SHA), "versions": {"python": "3.12.1"}, "code_commit": "unknown", "machine": {"system": "Linux"},
        "timings": {"all": 1.5, "each_notebook": {"05_violence": 0.5}},
    }  # fmt: skip


def text_of(files: Mapping[str, str | bytes], name: str) -> str:
    found = files[name]
    assert isinstance(found, str)
    return found


@pytest.fixture(scope="module")
def files() -> Files:
    """A small public release with every kind of file."""
    made: Files = {
        "index.html": render.shell("<h2>Summary</h2><p>Domestic abuse.</p>", FRONT),
        "05_violence.html": render.shell(f"<h2>By ward</h2>{WARDS.html()}<pre><code>facts.headline(abuse)</code></pre>", FRONT),
        "key_facts.csv": facts_csv(fact()),
        "trace.json": json.dumps(trace()),
    }  # fmt: skip
    tables = [table for name in ("index.html", "05_violence.html") for table in page_tables(name, text_of(made, name))]
    made["tables.xlsx"] = spreadsheet.workbook(tables, {}, FRONT)
    return with_record(made, record(made))


def with_record(files: Mapping[str, str | bytes], told: dict[str, Any]) -> Files:
    return {**files, "run.json": json.dumps(told), "ro-crate-metadata.json": crate_text(told)}


def test_a_whole_release_is_of_the_closed_list(files: Files) -> None:
    found = attack(files, CONFIG)
    assert found.unread == () and found.result == SAFE and found.cells == 2  # a page and a sheet


def in_page(html: str) -> Callable[[Files], Files]:
    name = "05_violence.html"
    return lambda files: {name: text_of(files, name).replace("</main>", f"{html}</main>")}


def in_trace(change: Callable[[dict[str, Any]], object]) -> Callable[[Files], Files]:
    def planted(files: Files) -> Files:
        told = json.loads(text_of(files, "trace.json"))
        change(told)
        return {"trace.json": json.dumps(told)}

    return planted


def in_record(change: Callable[[dict[str, Any]], object]) -> Callable[[Files], Files]:
    def planted(files: Files) -> Files:
        told = json.loads(text_of(files, "run.json"))
        change(told)
        return with_record({}, told)

    return planted


def in_book(part: str, change: Callable[[str], str]) -> Callable[[Files], Files]:
    """The spreadsheet with one of its parts changed, or with one more."""

    def planted(files: Files) -> Files:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(bytes(files["tables.xlsx"]))) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                text = old.read(name).decode()
                new.writestr(name, change(text) if name == part else text)
            if part not in old.namelist():
                new.writestr(part, change(""))
        return {"tables.xlsx": out.getvalue()}

    return planted


SHEET = "xl/worksheets/sheet4.xml"
CELL = '<c r="F90"><v>6</v></c></row></sheetData>'
SAID = "Dalton had 6 domestic abuse offences in 2020-21."
PLANTS: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a comment": (in_page(f"<!-- {SAID} -->"), "05_violence.html: it holds a comment"),
    "a script": (in_page('<script type="application/json">{"dalton": 6}</script>'), "could run or fetch"),
    "a title attribute": (in_page(f'<p title="{SAID}">x</p>'), "05_violence.html: attributes that no page has"),
    "a data attribute": (in_page('<p data-count="6">x</p>'), "05_violence.html: attributes that no page has"),
    "an attribute without quotes": (in_page("<p data-count=6>x</p>"), "05_violence.html: elements that are not written"),
    "a part of a page": (in_page(f"<div>{SAID}</div>"), "05_violence.html: a text beside its tables"),
    "a block": (in_page(f"<pre>{SAID}</pre>"), "05_violence.html: program lines that are none"),
    "data as a program": (in_page('<pre>{"dalton": 6}</pre>'), "05_violence.html: program lines that are none"),
    "another file": (lambda files: {"wards.csv": "ward,count\nDalton,6\n"}, "wards.csv: no file that a report has"),
    "a picture": (lambda files: {"chart.png": b"\x89PNG"}, "chart.png: no file that a report has"),
    "a page that run.json has not": (lambda files: {"12_extra.html": files["index.html"]}, "12_extra.html: run.json does not tell of it"),
    "an entry of the trace": (in_trace(lambda told: told.update(debug={"dalton": 6})), "trace.json: the entry debug"),
    "an entry of a fact": (in_trace(lambda told: told["facts"][ABUSE].update(raw=4183)), f"trace.json, {ABUSE}: the entry raw"),
    "a fact of the trace alone": (in_trace(lambda told: told["facts"].update({"a.b": told["facts"][ABUSE]})), "trace.json, a.b: no fact"),
    "rows of a partner's file": (in_trace(lambda told: told["facts"][ABUSE]["rows"]["numerator"].update(offences=[[0, 4183]])), "rows of single files"),
    "a note": (in_trace(lambda told: told["facts"][ABUSE].update(note="The count is 6.")), f"trace.json, {ABUSE}: a note"),
    "another disclosure": (in_trace(lambda told: told["facts"][ABUSE].update(disclosure="as published")), "another disclosure than"),
    "a rule's number": (in_trace(lambda told: told["rules"]["offences"][0].update(found="4 of 9,870 rows")), "trace.json, rules of offences: offences.whole"),
    "a rule's words": (in_trace(lambda told: told["rules"]["offences"][0].update(found="4 rows: girls aged 4")), "trace.json, rules of offences: offences.whole"),
    "an entry of run.json": (in_record(lambda told: told.update(debug={"dalton": 6})), "run.json: the entry debug"),
    "a result's number": (in_record(lambda told: told["results"][0].update(failing=4)), "run.json, result 1: a number of the partners' records"),
    "a file's number": (in_record(lambda told: told["results"][0].update(files=[["offences.csv", 4]])), "run.json, result 1: a number of the partners' records"),
    "a result's entry": (in_record(lambda told: told["results"][0].update(raw=4)), "run.json, result 1: another shape"),
    "the companion": (lambda files: {"ro-crate-metadata.json": text_of(files, "ro-crate-metadata.json").replace("Report of", f"{SAID} Report of")}, "ro-crate-metadata.json: it is not what"),
    "a cell of a sheet": (in_book(SHEET, lambda xml: xml.replace("<v>395</v>", "<v>394</v>")), "tables.xlsx, Table 1: row 2 of the table"),
    "a cell beside": (in_book(SHEET, lambda xml: xml.replace("</row></sheetData>", CELL)), "tables.xlsx"),
    "a hidden sheet": (in_book("xl/workbook.xml", lambda xml: xml.replace('sheetId="3"', 'sheetId="3" state="veryHidden"')), "the part xl/workbook.xml"),
    "a note on a cell": (in_book("xl/comments1.xml", lambda xml: f"<comments>{SAID}</comments>"), "the part xl/comments1.xml"),
    "a drawing": (in_book("xl/drawings/drawing1.xml", lambda xml: "<x/>"), "the part xl/drawings/drawing1.xml"),
    "a property": (in_book("docProps/core.xml", lambda xml: xml.replace("</cp:coreProperties>", f"<dc:description>{SAID}</dc:description></cp:coreProperties>")), "the properties of the file"),
    "a text that no cell shows": (in_book("xl/sharedStrings.xml", lambda xml: xml.replace("</sst>", f"<si><t>{SAID}</t></si></sst>")), "the part xl/sharedStrings.xml"),
    "a formula": (in_book(SHEET, lambda xml: xml.replace("<v>395</v>", "<f>394+1</f><v>395</v>")), f"the part {SHEET}"),
    "a number format": (in_book("xl/styles.xml", lambda xml: xml.replace('formatCode="#,##0"', 'formatCode="&quot;6&quot;"')), "the part xl/styles.xml"),
    "words on the cover": (in_book("xl/sharedStrings.xml", lambda xml: xml.replace("About these data", SAID)), "the sheet Cover"),
    "another foot": (in_book(SHEET, lambda xml: xml.replace("2020-21&amp;R", "2020-21 6&amp;R")), f"the part {SHEET}"),
}  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS)
def test_what_no_part_of_a_report_has_fails_the_attack(files: Files, plant: str) -> None:
    change, place = PLANTS[plant]
    changed = change(files)
    assert changed != {name: files.get(name) for name in changed}
    found = strange({**files, **changed}, RULE)
    assert any(place in one for one in found)
    assert not any("Dalton had" in one or "4183" in one for one in found)


def test_a_small_count_in_an_attribute_is_read_like_a_sentence(files: Files) -> None:
    planted = in_page(f'<p aria-label="{SAID}">x</p>')(files)
    assert strange({**files, **planted}, RULE) == [] and not attack({**files, **planted}, CONFIG).passed


def test_a_table_of_the_page_on_the_attack_may_name_no_place(files: Files) -> None:
    told = attack(files, CONFIG)
    page = render.shell(told.html(), FRONT)
    whole = {**files, "disclosure.html": page}
    known = with_record(
        whole, record({name: 0 for name in whole if name not in ("run.json", "ro-crate-metadata.json")})
    )
    assert attack(known, CONFIG).result == SAFE and attack(known, CONFIG).gathered == told.gathered
    planted = attack({**known, "disclosure.html": page.replace("</main>", f"<p>{SAID}</p></main>")}, CONFIG)
    assert planted.result == UNTOLD and planted.unread == ("disclosure.html: words that this page has no use for",)


DAMAGED: dict[str, Callable[[Files], Files]] = {
    "a workbook cut short": lambda files: {"tables.xlsx": bytes(files["tables.xlsx"])[:900]},
    "no workbook": lambda files: {"tables.xlsx": b"PK"},
    "an empty trace": lambda files: {"trace.json": "{}"},
    "a trace of something else": lambda files: {"trace.json": '{"facts": []}'},
    "a trace cut short": lambda files: {"trace.json": text_of(files, "trace.json")[:200]},
    "rows of no file": in_trace(lambda told: told["facts"][ABUSE]["rows"]["numerator"].update(offences=[[7, None]])),
    "a run.json cut short": lambda files: {"run.json": text_of(files, "run.json")[:200]},
    "the partnership's": in_record(lambda told: told["parameters"].update(edition="partnership")),
    "facts of other columns": lambda files: {"key_facts.csv": "id,value\na,1\n"},
    "facts without numbers": lambda files: {"key_facts.csv": facts_csv(fact(value="many"))},
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_told_in_a_sentence(files: Files, damage: str) -> None:
    changed = DAMAGED[damage](files)
    with pytest.raises(AuditError, match=rf"^(?:{'|'.join(changed)}) .+\.$"):
        attack({**files, **changed}, CONFIG)


def test_a_folder_that_holds_no_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="is not a folder"):
        release_files(tmp_path / "none")
    with pytest.raises(AuditError, match=r"no key_facts\.csv"):
        attack(release_files(tmp_path), CONFIG)
    (tmp_path / "index.html").write_bytes(b"<h1>Caf\xe9</h1>")
    with pytest.raises(AuditError, match=r"index\.html is not text in UTF-8"):
        release_files(tmp_path)
