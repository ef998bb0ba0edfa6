"""No count from 1 to 7 of people or of a sensitive offence is in the bytes of a public report, nor what gives one back."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from partner_set import FOLDERS

from srp_lib.codelists.offences import objective_areas

SMALLEST, BASE = 8, 5
COUNT = re.compile(r"\d{1,3}(?:,\d{3})*|\d+")
OF = re.compile(r"(?:about |\()([\d,]+) of (?:an estimated )?([\d,]+)")
AGAINST = re.compile(r"(?:about |\(|: )([\d,]+) against ([\d,]+)")


def may_be_shown(number: float) -> bool:
    """Whether a count is one that disclosure control lets through."""
    return number == 0 or (number >= SMALLEST and number % BASE == 0)


def whole(text: str) -> int:
    return int(text.replace(",", ""))


def sensitive_sections(html: str) -> Iterator[tuple[str, str]]:
    """Heading and HTML of each section of a page whose objective area is sensitive."""
    labels = {area.label for area in objective_areas().values() if area.sensitive}
    parts = re.split(r"<h2[^>]*>(.*?)</h2>", html, flags=re.S)
    for heading, body in zip(parts[1::2], parts[2::2]):
        if unescape(re.sub("<[^>]+>", "", heading)).strip() in labels:
            yield heading, body


def drawn_numbers(svg: str) -> list[int]:
    """The whole numbers that a drawing writes beside its marks; those of its axes are no counts."""
    tree = ElementTree.fromstring(svg)
    found: list[int] = []

    def walk(node: ElementTree.Element) -> None:
        if re.search(r"[xy]tick_\d+$", node.get("id", "")):
            return
        text = (node.text or "").strip()
        if node.tag.endswith("text"):
            found.extend(whole(one) for one in re.findall(r"^([\d,]+)(?= \(|$)", text))
        for child in node:
            walk(child)

    walk(tree)
    return found


def open_data(body: str) -> str:
    """A section less the figures that open data give, which publish the borough's counts as they are."""
    return re.sub(r'<figure class="chart[^"]*" id="chart-(?:years|monthly|outcomes)-.*?</figure>', "", body, flags=re.S)


def small_counts(folder: Path) -> list[str]:
    """Where a public report holds a count that it must not, as short texts; empty where it holds none."""
    faults: list[str] = []
    for page in sorted(folder.glob("0[2-5]_*.html")):
        for heading, body in sensitive_sections(page.read_text(encoding="utf-8")):
            own = re.sub(
                r'<div class="scroll"[^>]*aria-label="Crimes without a location.*?</table></div>',
                "",
                open_data(body),
                flags=re.S,
            )
            cells = [whole(cell) for cell in re.findall(r"<td[^>]*>([\d,]+)</td>", own)]
            cells += [number for svg in re.findall(r"<svg.*?</svg>", own, flags=re.S) for number in drawn_numbers(svg)]
            texts = unescape(re.sub("<[^>]+>", " ", own))
            cells += [whole(one) for found in (*OF.findall(texts), *AGAINST.findall(texts)) for one in found]
            alts = re.findall(r"<desc[^>]*>(.*?)</desc>", own, flags=re.S)
            cells += [
                whole(one)
                for alt in alts
                for one in re.findall(r": ([\d,]+) females and ([\d,]+) males", alt)
                for one in one
            ]
            faults += [f"{page.name}, {heading}: {number}" for number in cells if not may_be_shown(number)]
    return faults + small_facts(folder) + small_results(folder)


def facts_of(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "key_facts.csv").open(encoding="utf-8", newline="") as handle:
        return {row["id"]: row for row in csv.DictReader(handle)}


def small_facts(folder: Path) -> list[str]:
    """Facts of partner extracts with a count that must not be shown, or a share that is not that of its counts."""
    faults = []
    for name, fact in facts_of(folder).items():
        if ".targets." in name:  # of targets, and of no people
            continue
        people = {one.split(":")[0] for one in fact["extracts"].split(";")} & (
            set(FOLDERS) - {"asb_incidents", "fire_incidents"}
        )
        if not (people or name.endswith("hot_spots_change")):
            continue
        of_no_people = fact["unit"].startswith("per ") or name.endswith(".forecast")  # its base is past changes
        # The baseline of an indicator is what the plan printed.
        before = [] if ".performance" in name else ["comparator_numerator"]
        counts = ["numerator", *before, *([] if of_no_people else ["denominator"])]
        faults += [
            f"{name}: {column} {fact[column]}"
            for column in counts
            if fact[column] and not may_be_shown(float(fact[column]))
        ]
        if fact["unit"] == "%" and fact["value"]:
            share = 100 * float(fact["numerator"]) / float(fact["denominator"])
            faults += (
                [] if float(fact["value"]) == pytest.approx(share, rel=1e-8) else [f"{name}: a share of other counts"]
            )
    return faults


def small_results(folder: Path) -> list[str]:
    """Results of rules on the partners' extracts in run.json with a number of records that must not be shown."""
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    views = ("rows", "flags", "codes", "outcomes", "strands", "lsoas")
    faults = []
    for one in record["results"]:
        if one["extract"] in FOLDERS and one["view"] in views:
            numbers = [one["failing"], one["checked"], *(count for _, count in one["files"])]
            faults += [
                f"{one['rule']}: {number}" for number in numbers if number is not None and not may_be_shown(number)
            ]
    return faults


# Columns of whole numbers on the pages of places that count no event there: people, areas, ranks and borough totals.
NO_COUNT_OF_A_PLACE = ("Residents", "Their residents", "The ward's residents", "Neighbourhoods", "All wards", "Unallocated", "Rotherham", "Rank of")  # fmt: skip
PLACES = ("06_wards.html", "07_neighbourhoods.html", "wards/*.html")


def small_places(folder: Path) -> list[str]:
    """Counts of a place within the borough that a public report must not hold: of cells, charts' tables and facts."""
    faults = []
    for page in sorted(path for pattern in PLACES for path in folder.glob(pattern)):
        for label, cell in re.findall(
            r'<td role="cell" data-label="([^"]*)"[^>]*>([\d,]+)</td>', page.read_text(encoding="utf-8")
        ):
            if not unescape(label).startswith(NO_COUNT_OF_A_PLACE) and not may_be_shown(whole(cell)):
                faults.append(f"{page.name}, {unescape(label)}: {cell}")
    for name, fact in facts_of(folder).items():
        if fact["notebook"] == "06_wards":
            counts = ["numerator", "comparator_numerator", *(["denominator"] if fact["unit"] == "% change" else [])]
            faults += [f"{name}: {fact[one]}" for one in counts if fact[one] and not may_be_shown(float(fact[one]))]
    return faults


def given_back(public: Path, partnership: Path) -> list[str]:
    """Facts whose part, or the rest of whose whole, is from 1 to 7 in truth and that have a value in public."""
    shown, faults = facts_of(public), []
    for name, fact in facts_of(partnership).items():
        if fact["unit"] != "%" or not fact["numerator"] or not shown[name]["disclosure"].startswith("protected"):
            continue
        part, base = float(fact["numerator"]), float(fact["denominator"])
        if any(0 < number < SMALLEST for number in (part, base - part, base)) and shown[name]["value"]:
            faults.append(f"{name}: {shown[name]['value']}")
    return faults


def test_the_public_edition_of_the_sample_holds_no_small_count(sample_report: Path, sample_partnership: Path) -> None:
    assert small_counts(sample_report) == []
    assert small_places(sample_report) == []
    assert given_back(sample_report, sample_partnership) == []


def test_the_search_finds_the_small_counts_of_the_partnerships_edition(sample_partnership: Path) -> None:
    found = small_counts(sample_partnership)
    places = {fault.split(", ")[0] for fault in found}
    assert {"02_protecting_vulnerable_children.html", "05_violence_organised_crime.html"} <= places
    places = small_places(sample_partnership)
    assert {fault.split(",")[0] for fault in places} >= {"06_wards.html", "07_neighbourhoods.html", "keppel.html"}
    assert any(fault.startswith("wards.keppel.") for fault in places)
    assert any(fault.startswith("violence.serious_violence.attempted_murder") for fault in found)


@pytest.mark.parametrize(("leak", "where"), [
    ("<td>3</td>", "a table's cell"), ("<p>(about 6 of 45)</p>", "a sentence"), ("<p>: 4 against 20 in</p>", "a change"),
    ('<svg xmlns="http://www.w3.org/2000/svg"><g id="text_3"><text>7</text></g></svg>', "a drawing"),
    ("<td>12</td>", "a count that is not rounded"),
])  # fmt: skip
def test_the_search_finds_a_planted_leak(leak: str, where: str, sample_report: Path, tmp_path: Path) -> None:
    page = sample_report / "02_protecting_vulnerable_children.html"
    html = page.read_text(encoding="utf-8")
    place = html.index("</h2>", html.index("Child criminal exploitation</h2>")) + len("</h2>")
    (tmp_path / page.name).write_text(html[:place] + leak + html[place:], encoding="utf-8")
    for name in ("key_facts.csv", "run.json"):
        (tmp_path / name).write_bytes((sample_report / name).read_bytes())
    assert len(small_counts(tmp_path)) == 1, where


def test_an_axis_is_no_count() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><g id="ytick_2"><g id="text_1"><text>5</text></g></g><text>10 (25%)</text></svg>'
    assert drawn_numbers(svg) == [10]


def test_every_page_of_the_partnerships_edition_says_what_it_is(sample_partnership: Path, sample_report: Path) -> None:
    for page in sample_partnership.glob("*.html"):
        assert "OFFICIAL-SENSITIVE" in page.read_text(encoding="utf-8"), page.name
        assert "OFFICIAL-SENSITIVE" not in (sample_report / page.name).read_text(encoding="utf-8"), page.name
