"""Safe pages: a text from an extract is shown and never run, and a page leads and reaches nowhere but into its report."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from srp_lib import (
    board,
    commentary,
    maps,
    page_checks,
    periods,
    place_charts,
    quality_page,
    record_charts,
    render,
    revisions,
    trace_page,
    verdicts,
)  # fmt: skip
from srp_lib.display import Folded, Leaflet, Leaflets, Notice, Stack, Table
from srp_lib.drawing import Chart, Key
from srp_lib.estimates import Estimate
from srp_lib.facts import Deck, FactGroup, KeyFact, Lead
from srp_lib.gate import RuleResult
from srp_lib.page_checks import POLICY, page_faults, report_faults

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
RUN = "document.documentElement.setAttribute('data-ran','1')"
HOSTILE = {
    "script": f"<script>{RUN}</script>",
    "image": f'"><img src=x onerror="{RUN}">',
    "attribute": f"' onmouseover='{RUN}' autofocus onfocus='{RUN}",
    "title": f"</title></style></script><script>{RUN}</script>",
    "drawing": f"</text></tspan></svg><svg onload={RUN}>",
    "table": f"</td></tr></table></figure></main><iframe srcdoc='<script>{RUN}</script>'>",
    "comment": "<!-- --!> --> <![CDATA[x]]> <?php x ?>",
    "template": "{{7*7}} {% raw %} {#x#} ${7*7} <%= 7*7 %>",
    "formula": '=HYPERLINK("https://example.org","x")',
    "style": "; } body { display: none } @import 'https://example.org'; a { color: red",
    "link": "[x](javascript:alert(1)) <https://example.org> javascript:alert(1)",
    "mathematics": "$\\frac{1}{0}$ and $10 or $20",
    "entities": "&lt;b&gt; &amp;amp; &#60;script&#62;",
    "backward": "ward \u202etxt.exe\u202c \u2066x\u2069",
    "control": "a\x00b\x07c\x1bd\x7fe\x85f",
}
TEXTS = {"every": " ".join(HOSTILE.values()), "long": "long name " * 1000}
PLAIN = "Wath"
PAGE = render.Page("Title", "Rotherham", "2020-21", "April 2020 to March 2021", "Partnership", "public")
SHAPES = {f"a{x}": [np.array([(x, 53), (x + 1, 53), (x + 1, 54), (x, 54), (x, 53)], dtype=float)] for x in range(3)}
RATIOS = pd.Series([0.5, 1.5, np.nan], index=list(SHAPES))
SCOPE = record_charts.Scope("Rotherham", periods.parse_period("2020-21"), "offences", id="o")


def kinds(html: str) -> set[tuple[str, tuple[str, ...]]]:
    """Every kind of element of a page: its name with the names of its attributes."""
    return {(tag, tuple(sorted(attributes))) for tag, attributes in walked(html).elements}


def told(html: str) -> str:
    """All that a page says, in words and in attributes, without any blank."""
    return "".join("".join(walked(html).words).split())


def walked(html: str) -> Walked:
    seen = Walked()
    seen.feed(html)
    seen.close()
    return seen


class Walked(HTMLParser):
    """The elements of a page and what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, list[str]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, [name for name, _ in attrs]))
        self.words += [value or "" for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


# --- everything that shows a text ---------------------------------------------------------------------------------


def a_table(text: str) -> Table:
    return Table(text, ("Ward", text), ((text, "1"), ("Wath", f"{text}\n{text}")), text)


def a_fact(text: str, ident: str = "wards.wath.count") -> KeyFact:
    estimate = Estimate(1.0, 0.5, 2.0, 1, 10, text, text, note=text)
    return KeyFact(
        ident, f"1 {text}", estimate, "2020-21", text, (), verdict=verdicts.HIGHER, label=text, headline=True
    )


def a_record(text: str, ident: str) -> dict[str, object]:
    return {**a_fact(text, ident).record(), "notebook": "06_wards", "cell": "c", "verdict": verdicts.NOT_MET}


def facts(text: str) -> str:
    lead = Lead(text, text, {"change": text, "count": text, "rate": text})
    card = FactGroup((a_fact(text), a_fact(text, "wards.wath.change")), text, text, text)
    deck = Deck(lead, (card, FactGroup((a_fact(text, "wards.wath.rate"),))))
    return deck._repr_mimebundle_()["text/html"]


def parts(text: str) -> str:
    """Tables, notices and what holds them."""
    shown = Folded(((text, a_table(text)), (text, Notice(text))))
    return shown._repr_mimebundle_()["text/html"] + Stack((a_table(text), Notice(text, "caveats", (text, text)))).html()


def drawn(text: str) -> str:
    """A chart as matplotlib draws it: names of rows, title, note, legend and table."""
    chart = record_charts.bars(
        replace(SCOPE, area_name=text, note=text), pd.Series({text: 7, "other": 3}), "kind", text
    )
    assert isinstance(chart, Chart)
    return replace(chart, legend=(Key(text, sign=text), Key(text, fill="#fff"))).html()


def mapped(text: str) -> str:
    table, words = a_table(text), (text, text, text)
    ratios = maps.ratio_map("r", *words, SHAPES, RATIOS, table, labels={"a0": text}, hatched={"a1": text}, whole=text, noun=text, note=text)  # fmt: skip
    some = maps.kind_map("k", *words, SHAPES, {"a0": f"a{text}"}, {f"a{text}": text}, table, rest=text, labels={"a1": text})  # fmt: skip
    years = maps.small_maps("y", *words, SHAPES, pd.DataFrame({text: RATIOS}), table, whole=text)
    return ratios.html() + some.html() + years.html()


def placed(text: str) -> str:
    """Charts of places: ranges, panels."""
    rows = pd.DataFrame({"name": [text], "value": [1.0], "lower": [0.5], "upper": [2.0], "highlight": [True]})
    months = pd.Series([1, 2, 3], index=["2020-04", "2020-05", "2020-06"])
    ranges = place_charts.ranges("g", text, text, text, rows, a_table(text), note=text, unit=text)
    return ranges.html() + place_charts.panels("p", text, text, text, {text: months}, a_table(text)).html()


def checked(text: str) -> str:
    """The data-quality page's account of a rule that failed."""
    result = RuleResult("street_crime", text, "rows", text, "critical", text, text, False, 9, 1, text, ((text, 1),), (text,))  # fmt: skip
    return f"<h2>Rules</h2>{quality_page._finding(result)}"


def moved(text: str) -> str:
    return revisions.Revisions((text, text), (a_table(text),), (a_table(text),), a_table(text)).html


def behind(text: str) -> str:
    records = [a_record(text, "violence.performance.x"), a_record(text, "violence.performance.actions")]
    return board.headline(
        records, {"06_wards": text}, {"06_wards": {"behind": [(text, text, text, text)]}}, text
    ).html()


def listed(text: str) -> str:
    """Leaflets as the page lists them, and what is in one."""
    pages = Leaflets("wards", text, (Leaflet("wath", text, a_table(text).html()),))
    bundle = pages._repr_mimebundle_()
    (one,) = next(value for value in bundle.values() if isinstance(value, list))
    return bundle["text/html"] + one["html"]


def traced(text: str) -> str:
    """Where a figure comes from: its record with the files, the rules and the notebook's cells."""
    fact = a_record(text, "wards.wath.count") | {"extracts": ["street_crime"], "cell": text, "made_by": text}
    trace = {
        "edition": "public", "synthetic": True, "cells": {"06_wards": {text: text}},
        "files": {"street_crime": [{"path": text, "sha256": text, "rows": text}]},
        "rules": {"street_crime": [{"rule": text, "severity": text, "result": text, "found": text}]},
        "facts": {"wards.wath.count": {**fact, "rows": {"numerator": {"street_crime": [[0, 1]]}}}},
    }  # fmt: skip
    return "".join(one.html for one in trace_page.pages(trace).values())


def linked(text: str) -> str:
    """Figures with the links to their records."""
    table = replace(a_table(text), anchors=(("", "fact-wards.wath.share"), ("", "")))
    records = [a_record(text, f"wards.wath.{kind}") for kind in ("count", "change", "rate", "share")]
    return trace_page.linked(facts(text) + table.html(), records)


CONTENTS: dict[str, Callable[[str], str]] = {
    "facts": facts, "parts": parts, "drawn": drawn, "mapped": mapped, "placed": placed, "checked": checked, "moved": moved,
    "behind": behind, "listed": listed, "traced": traced, "linked": linked,
}  # fmt: skip


def around(text: str) -> render.Page:
    """What stands around a page's content, each text of it from an extract."""
    banner = render.Banner("public", text, text)
    return render.Page(text, text, text, f"{text}.", text, "public", (banner,), (render.Link("index.html", text),), (text,), (text,), product=text)  # fmt: skip


def front(text: str) -> str:
    """The index, with headline figures, leads, caveats and leaflets."""
    records = [a_record(text, f"wards.wath.{kind}") for kind in ("count", "rate", "change")]
    leaflet = {"folder": "wards", "label": text, "name": "wath", "title": text, "html": ""}
    said = {"lead": text, "note": text, "caveats": [text], "headings": {"change": text, "count": text, "rate": text}}
    page = around(text)
    return render.index_page(records, {"06_wards": "06_wards.html"}, page, {"06_wards": text}, {"06_wards": said}, {"06_wards": [leaflet]})  # fmt: skip


def printed(text: str) -> str:
    """A notebook's page: what its cells show and print, their code, and a commentary on it."""
    outputs = [
        nbformat.v4.new_output("display_data", {"text/html": a_table(text).html(), "text/plain": text}),
        nbformat.v4.new_output("display_data", {"text/plain": text}),
        nbformat.v4.new_output("stream", text=text),
        nbformat.v4.new_output(
            "stream", name="stderr", text="/home/somebody/lib.py:1: UserWarning: a glyph is missing"
        ),
    ]
    code = nbformat.v4.new_code_cell(f"name = '''{text}'''", outputs=outputs, id="code")
    section = commentary.Section("06_wards", text, str(commentary._markdown()(text)), False)
    raw = nbformat.v4.new_raw_cell(
        commentary._block(section, 1), metadata={"raw_mimetype": "text/html"}, id="judgement-1"
    )
    title = nbformat.v4.new_markdown_cell("# Wards", id="title")
    return render.notebook_page(nbformat.v4.new_notebook(cells=[title, code, raw]), around(text))


PAGES: dict[str, Callable[[str], str]] = {
    "front": front, "printed": printed, **{name: (lambda text, make=make: render.shell(make(text), PAGE)) for name, make in CONTENTS.items()},
    "around": lambda text: render.shell("<p>Text</p>", around(text)), "leaflet": lambda text: render.shell(listed(text).split("</ul>")[1], replace(around(text), leaflet=True)),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Glyph .* missing")
@pytest.mark.parametrize("page", PAGES)
def test_a_hostile_text_is_shown_as_it_stands_and_makes_no_element(page):
    broken = {("br", ()), ("wbr", ()), ("tspan", ("x", "y")), ("text", ("style", "transform"))}  # lines of a long text
    benign = kinds(PAGES[page](PLAIN)) | broken
    for name, text in TEXTS.items():
        html = PAGES[page](text)
        assert page_faults(html) == [], (page, name)
        if page == "printed":  # Markdown is markup: bold, code and the like are what an analyst may write
            benign |= {(tag, ()) for tag in ("em", "strong", "code", "p", "li", "ul")}
        assert kinds(html) <= benign, (page, name, sorted(kinds(html) - benign))
        shown = "".join(page_checks.UNSEEN.sub("", text).split())
        assert shown in told(html), (page, name)
        assert not page_checks.UNSEEN.search(html), (page, name)


def test_a_warning_of_a_library_with_its_path_is_not_printed():
    assert "somebody" not in printed(PLAIN) and PLAIN in told(printed(PLAIN))


def test_a_name_of_ten_thousand_letters_does_not_hold_up_a_chart():
    """Its lines are those that were found when every width was tried, in some seconds a name."""
    text = " ".join(["long", "names"] * 25)
    tried = (place_charts.fold(text, letters) for letters in range(len(text), 0, -1))
    fitting = next(found for found in tried if place_charts.text_size(found, 12)[0] <= 100)
    assert place_charts._folded(text, 100, 12) == fitting
    assert max(map(len, place_charts._folded("x" * 10_000, 100, 12).split("\n"))) < 40


def test_the_test_of_it_sees_a_text_that_is_not_escaped():
    bad = render._environment().from_string("<p>{{ text | safe }}</p>").render(text=HOSTILE["image"])
    assert not kinds(bad) <= kinds("<p>x</p>") and "onerror" in bad
    with pytest.raises(render.RenderError, match="could run or fetch"):
        render.shell(bad, PAGE)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('<meta http-equiv="refresh" content="0; url=https://example.org">', "could run or fetch"),
        ('<base href="https://example.org/">', "could run or fetch"),
        ('<form action="x"><input></form>', "could run or fetch"),
        ("<iframe></iframe>", "could run or fetch"),
        ("<object></object>", "could run or fetch"),
        ("<custom-element></custom-element>", "could run or fetch"),
        ('<p ONCLICK="x()">a</p>', "could run or fetch"),
        ("<template><p>a</p></template>", "could run or fetch"),
        ('<svg role="img" aria-labelledby="a" aria-describedby="a"><foreignObject></foreignObject></svg>', "could run"),
        ('<svg role="img" aria-labelledby="a" aria-describedby="a"><image href="#x"/></svg>', "could run or fetch"),
        ('<svg role="img" aria-labelledby="a" aria-describedby="a"><animate attributeName="href"/></svg>', "could run"),
        ('<svg role="img" aria-labelledby="a" aria-describedby="a"><use xlink:href="x.svg#a"/></svg>', "another file"),
        ('<svg role="img" aria-labelledby="a" aria-describedby="a"><path fill="url(x.svg#a)"/></svg>', "another file"),
        ("<p style=\"background: URL( 'https://example.org/a.png')\">a</p>", "another file"),
        ('<img alt="a" src="https://example.org/a.png">', "another file"),
        ('<img alt="a" src="data:text/html,x">', "another file"),
        ('<img alt="a" srcset="a.png 2x">', "another file"),
        ('<a href="https://example.org/">a</a>', "leads out of the report: https://example.org/"),
        ('<a href="javascript:x()">a</a>', "leads out of the report"),
        ('<a href=" JavaScript:x()">a</a>', "leads out of the report"),
        ('<a href="data:text/html,x">a</a>', "leads out of the report"),
        ('<a href="//example.org/">a</a>', "leads out of the report"),
        ('<a href="/etc/passwd">a</a>', "leads out of the report"),
        ('<a href="\\\\server\\share">a</a>', "leads out of the report"),
        ('<a href="">a</a>', "leads out of the report"),
        ('<a xlink:href="https://example.org/">a</a>', "leads out of the report"),
        ("<!-- a -->", "it holds a comment"),
        ("<?xml a?>", "an instruction to a program"),
        ("<p><![CDATA[a]]></p>", "an unknown declaration"),
    ],
)
def test_a_page_that_could_run_fetch_or_lead_away_is_not_made(content, fault):
    with pytest.raises(render.RenderError, match=fault.replace("(", r"\(")):
        render.shell(content, PAGE)


def test_what_a_page_may_hold_passes():
    dot = "data:image/png;base64,iVBORw0KGgo="
    links = '<a href="index.html">a</a><a href="wards/wath.html#fact-a">b</a><a href="../index.html">c</a><a href="#main">d</a>'
    out = "".join(f'<a href="{address}">x</a>' for address in page_checks.ADDRESSES)
    html = render.shell(f'<img alt="a dot" src="{dot}"><p style="fill: url(#a)">{links}{out}</p>', PAGE)
    assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' in html


@pytest.mark.parametrize(
    "change",
    [
        lambda html: html.replace(POLICY, POLICY.replace("default-src 'none'", "default-src *")),
        lambda html: html.replace("Content-Security-Policy", "X"),
        lambda html: html.replace("<title>", f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>'),
        lambda html: html.replace("<style>", "<style>@import 'https://example.org/a.css';"),
        lambda html: html.replace("Text", "Te\u202ext"),
        lambda html: html.replace("Text", "Te\ud800xt"),
    ],
)
def test_a_page_whose_policy_or_style_was_changed_is_found_out(change):
    html = render.shell("<p>Text</p>", PAGE)
    assert page_faults(html) == [] and change(html) != html and page_faults(change(html))


def test_links_lead_to_files_of_the_report_and_to_places_in_them():
    ward = replace(PAGE, leaflet=True)
    links = '<a href="wards/wath.html#fact-a&amp;b">a</a><a href="key_facts.csv">b</a><a href="run.json">c</a>'
    good = {
        "index.html": render.shell(f'<p id="top">{links}</p>', PAGE),
        "wards/wath.html": render.shell('<p id="fact-a&amp;b"><a href="../index.html#top">a</a></p>', ward).encode(),
        "key_facts.csv": b"id\n",
    }
    assert report_faults(good, {"run.json"}) == []
    assert report_faults(good) == ["The page index.html links to run.json, which is no file of the report."]
    bad = {**good, "index.html": good["index.html"].replace('id="top"', 'id="bottom"')}
    assert report_faults(bad, {"run.json"}) == [
        "The page wards/wath.html links to ../index.html#top, which is no place in that page."
    ]
    away = {"wards/wath.html": render.shell('<p><a href="../../elsewhere.html">a</a></p>', ward)}
    assert len(report_faults(away)) == 1 and "no file of the report" in report_faults(away)[0]


def test_where_nothing_is_compared_the_index_leads_to_the_count_that_its_page_shows():
    records = [a_record(PLAIN, f"wards.wath.{kind}") for kind in ("count", "rate", "change")]
    for heading, kind in (("Change", "change"), ("", "count")):
        said = {"lead": "a", "headings": {"change": heading, "count": "Count", "rate": "Rate"}}
        html = render.index_page(
            records, {"06_wards": "06_wards.html"}, PAGE, {"06_wards": "Wards"}, {"06_wards": said}, {}
        )
        assert f'href="06_wards.html#fact-wards.wath.{kind}"' in html


def dumped(page: Path, folder: Path) -> str:
    """The page as Chromium has it once it has been shown, scripts run."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium is installed, so no page can be opened in it")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
    command = [program, *flags, f"--user-data-dir={folder / 'profile'}", "--dump-dom", page.as_uri()]
    return subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode("utf-8")


def test_a_browser_runs_nothing_of_it(tmp_path):
    """With the policy taken out, so that it is the escaping that is tried; a script that isn't escaped does run then."""
    texts = [text for name, text in HOSTILE.items() if name != "long"]
    html = render.shell(
        "".join(a_table(text).html() + facts_apart(text, at) for at, text in enumerate(texts)), around(texts[0])
    )
    (tmp_path / "open.html").write_text(html.replace(POLICY, "default-src * 'unsafe-inline'"), encoding="utf-8")
    shown = dumped(tmp_path / "open.html", tmp_path)
    assert "data-ran" not in shown.partition(">")[0] + shown.partition("<head>")[0] and "<script" not in shown
    assert "&lt;script&gt;" in shown
    script = f"<script>{RUN}</script>"
    (tmp_path / "bad.html").write_text(html.replace(POLICY, "default-src * 'unsafe-inline'").replace("</body>", f"{script}</body>"), encoding="utf-8")  # fmt: skip
    assert 'data-ran="1"' in dumped(tmp_path / "bad.html", tmp_path).partition("<head>")[0]
    (tmp_path / "held.html").write_text(html.replace("</body>", f"{script}</body>"), encoding="utf-8")
    assert "data-ran" not in dumped(tmp_path / "held.html", tmp_path).partition("<head>")[0]


def facts_apart(text: str, at: int) -> str:
    """A card and a sentence whose ids no other has."""
    return FactGroup((a_fact(text, f"wards.w{at}.count"), a_fact(text, f"wards.w{at}.rate")), text, text, text).html()
