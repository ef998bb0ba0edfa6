"""The analysts' commentary: where it goes, what it refuses, and that a run without one is as it was."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from srp_lib import audit, commentary, provenance, render
from srp_lib.commentary import Headings, Rules
from srp_lib.errors import AuditError

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    Headings("04_safer", "Communities", ("Counts, rates and change", "Burglary")),
    Headings("05_violence", "Violence", ("Counts, rates and change", "Domestic abuse", "Robbery")),
)
PUBLIC, PARTNERSHIP = Rules("public"), Rules("partnership")
PAGE = render.Page("Violence", "Rotherham", "2020-21", "April 2020 to March 2021", "Partnership", "public")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "commentary"
    made.mkdir()
    return made


def said(folder: Path, text: str | bytes, rules: Rules = PUBLIC) -> commentary.Commentary:
    data = text.encode("utf-8") if isinstance(text, str) else text
    (folder / "2020-21.md").write_bytes(data)
    return commentary.read(folder, "2020-21", PAGES, rules)


def html(folder: Path, text: str) -> str:
    (section,) = said(folder, f"## Robbery\n\n{text}\n").sections
    return section.html


def refusal(folder: Path, text: str | bytes, rules: Rules = PUBLIC) -> str:
    with pytest.raises(AuditError) as raised:
        said(folder, text, rules)
    return str(raised.value)


def a_notebook() -> nbformat.NotebookNode:
    """Violence's page with results in it; two of its sections stand in one cell."""
    new, drawn = nbformat.v4, nbformat.v4.new_output("display_data", {"text/html": "<p>drawn</p>"})
    cells = [
        new.new_markdown_cell("# Violence\n\nWhat it is."),
        new.new_code_cell("headline()", outputs=[drawn]),
        new.new_markdown_cell("## Counts, rates and change"),
        new.new_code_cell("table()", outputs=[drawn]),
        new.new_markdown_cell("## Domestic abuse\n\nIn words.\n\n## Robbery\n\nMore words."),
        new.new_code_cell("last()", outputs=[drawn]),
    ]
    return new.new_notebook(cells=cells)


class Tags(HTMLParser):
    """Names of all elements and of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


# --- where the text goes ----------------------------------------------------------------------------------------


def test_text_stands_at_the_end_of_its_section_and_is_marked(folder: Path) -> None:
    text = "# Our year\n\n## ROBBERY  \nAbout robbery.\n\n## Violence: counts,  rates and change\nAbout all.\n"
    found = said(folder, text + "## domestic abuse\nAbout homes.")
    page = render.notebook_page(commentary.placed(a_notebook(), found.of("05_violence")), PAGE)
    order = [
        "Counts, rates and change</h2>",
        "drawn",
        "About all.",
        "Domestic abuse</h2>",
        "In words.",
        "About homes.",
        "Robbery</h2>",
        "More words.",
        "drawn",
        "About robbery.",
        "Show the code",
    ]
    body, places = page[page.index("<p>drawn") + 5 :], [0]
    for mark in order:
        places.append(body.index(mark, places[-1]))
    assert page.count('<section class="commentary"') == 3 and "Our year" not in page
    for ident, heading in re.findall(r'id="(judgement-\d)">Analyst\'s judgement<span class="hidden">: (.+?)<', page):
        assert f'aria-labelledby="{ident}"' in page and heading in PAGES[1].headings
    assert found.of("04_safer") == () and "judgement" not in page[page.index("Show the code") :]


def test_no_commentary_leaves_the_very_same_page(folder: Path) -> None:
    notebook = a_notebook()
    plain = render.notebook_page(notebook, PAGE)
    assert commentary.read(folder, "2020-21", PAGES, PUBLIC) == commentary.Commentary()
    assert commentary.read(folder / "absent", "2020-21", PAGES, PUBLIC).sha256 == ""
    for text in ("", "# A title\n\n", "## Robbery\n\n  \n## Domestic abuse\n[unused]: https://example.org\n"):
        found = said(folder, text)
        assert found.sections == () and len(found.sha256) == 64
        assert commentary.placed(notebook, found.of("05_violence")) is notebook
    assert render.notebook_page(notebook, PAGE) == plain and "commentary" not in plain.split("</style>")[1]


def test_partnership_text_is_in_that_edition_alone(folder: Path) -> None:
    text = "## Robbery\nFor all.\n\n## robbery (Partnership  only)\nFor partners: 3 victims.\n"
    public = said(folder, text)
    assert [section.html for section in public.sections] == ["<p>For all.</p>"]
    both = said(folder, text, PARTNERSHIP)
    page = render.notebook_page(commentary.placed(a_notebook(), both.of("05_violence")), PAGE)
    assert page.index("For all.") < page.index(commentary.PARTNERS) < page.index("For partners: 3 victims.")
    alone = said(folder, "## Robbery (partnership only)\nSecret.")
    assert alone.sections == () and alone.sha256


@pytest.mark.parametrize("period", ["2020-21", "2020-21Q2", "ytd-2025-12", "ye-2025-12"])
def test_the_file_is_named_by_the_periods_code(folder: Path, period: str) -> None:
    (folder / f"{period}.md").write_bytes(b"\xef\xbb\xbf## Robbery\r\n\r\nDown.\r\n")
    (folder / "README.md").write_text("what to write", encoding="utf-8")
    commentary.check_names(folder)
    assert commentary.read(folder, period, PAGES, PUBLIC).sections[0].html == "<p>Down.</p>"
    assert commentary.digest(folder, period) == commentary.read(folder, period, PAGES, PUBLIC).sha256
    assert commentary.digest(folder, "2031-32") == ""


@pytest.mark.parametrize("name", ["2020-2021.md", "2020-21.md.txt", "notes.md", "2020-21.MD"])
def test_a_file_that_no_audit_would_read_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("## Robbery\nDown.", encoding="utf-8")
    with pytest.raises(AuditError, match=re.escape(f"commentary/{name} ")):
        commentary.check_names(folder)


# --- what is refused --------------------------------------------------------------------------------------------


def test_a_heading_of_no_section_lists_those_that_exist(folder: Path) -> None:
    for heading in ("Arson", "Communities: Robbery", "Nowhere: Robbery", ""):
        first, *listed = refusal(folder, f"# T\n\n## {heading}\nText.").splitlines()
        assert first.startswith(f"commentary/2020-21.md, line 3: the heading '{heading}' is that of no section.")
        assert listed == [
            "  Communities: Counts, rates and change; Burglary",
            "  Violence: Counts, rates and change; Domestic abuse; Robbery",
        ]


def test_a_heading_on_several_pages_must_name_its_page(folder: Path) -> None:
    told = refusal(folder, "## Counts, rates and change\nText.")
    assert told.endswith(
        "the heading 'Counts, rates and change' is on several pages. Say which: write "
        "'## Communities: Counts, rates and change' or '## Violence: Counts, rates and change'."
    )


@pytest.mark.parametrize(
    "text, told",
    [
        ("## Robbery\na\n## violence: robbery\nb", "line 3: the heading 'violence: robbery' stands twice"),
        ("## Robbery (partnership only)\na\n##Robbery (partnership only)\nb", "line 3: the heading 'Robbery' stands"),
        ("\nUp front.\n## Robbery\na", "line 2: this text stands above the first heading"),
        ("No heading.", "line 1: this text stands above the first heading"),
        ("### Robbery\na", "line 1: this text stands above the first heading"),
        ("## Robbery\n![chart](chart.png)", "line 1: the heading 'Robbery' has an image below it"),
        ("## Robbery\n- [![x](https://example.org/a.png)](https://example.org)", "has an image below it"),
        ("## Robbery\n<!-- ask the sergeant -->", "has an HTML comment below it"),
        ("## Robbery\nD\xe9j\xe0".encode("cp1252"), "line 2: the file is not UTF-8 text. Save it again"),
        ("## Robbery\na".encode("utf-16"), "line 1: the file is not UTF-8 text"),
        ("## Robbery\na".encode("utf-16-le"), "the file is not UTF-8 text"),
    ],
)
def test_refusals_say_where_and_what_to_do(folder: Path, text: str | bytes, told: str) -> None:
    found = refusal(folder, text)
    assert found.startswith("commentary/2020-21.md") and told in found
    assert refusal(folder, text, PARTNERSHIP) == found


def test_a_folder_in_the_files_place_is_a_sentence(folder: Path) -> None:
    (folder / "2020-21.md").mkdir()
    with pytest.raises(AuditError, match="commentary/2020-21.md cannot be read: "):
        commentary.read(folder, "2020-21", PAGES, PUBLIC)


# --- nothing in it runs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<style>*{display:none}</style>\n\n<iframe src='https://example.org'></iframe>",
        "[click](javascript:alert(1)) and [other](https://example.org 'a\"onclick=x')",
        '<a href="https://example.org">out</a> <https://example.org/?a=1&b=2>',
        "[a][1]\n\n[1]: https://example.org/<script>",
        "`</code><script>`\n\n    <script>x</script>\n\n~~~js\n</p><script>\n~~~",
        "&lt;script&gt; \\<b\\> </section></main>",
        "# One\n\nTwo\n===\n\nThree\n---\n\n#### Four **bold <u>five</u>**",
    ],
)
def test_nothing_runs_links_or_breaks_the_page(folder: Path, text: str) -> None:
    found = html(folder, text)
    assert Tags(found).seen <= {"p", "strong", "em", "code", "br", "hr", "blockquote", "ul", "ol", "li", "start"}
    section = commentary.Section("05_violence", "Robbery", found)
    render.notebook_page(commentary.placed(a_notebook(), [section]), PAGE)  # raises where a check fails


def test_what_markdown_becomes(folder: Path) -> None:
    assert html(folder, "A **b** *c*\n\n- x\n- y") == (
        "<p>A <strong>b</strong> <em>c</em></p>\n<ul>\n<li>x</li>\n<li>y</li>\n</ul>"
    )
    assert html(folder, "### Why\n\nSo.") == "<p><strong>Why</strong></p>\n<p>So.</p>"
    assert html(folder, "[ONS](https://example.org/a?b=1&c=2)") == "<p>ONS (https://example.org/a?b=1&amp;c=2)</p>"
    assert html(folder, "<https://example.org/a?b=1&c=2>") == "<p>https://example.org/a?b=1&amp;c=2</p>"
    assert html(folder, "<someone@example.org>") == "<p>someone@example.org</p>"
    assert (
        html(folder, 'Five < six & "more" \N{EN DASH} d\'Arc') == "<p>Five &lt; six &amp; &quot;more&quot; – d'Arc</p>"
    )


# --- small counts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "There were 3 victims.",
        "**Seven** *children* were hurt.",
        "one\nwoman",
        "Of these, 1 person was",
        "five young female victims",
        "two of the suspects",
        "5\N{EN DASH}7 offences",
        "7\N{NO-BREAK SPACE}girls",
        "- 4 men\n- 9 boys",
        "two out of five victims",
        "fewer than 5 people",
        "This year 3 children died",
        "Two rape offences",
    ],
)
def test_small_counts_stay_out_of_the_public_edition(folder: Path, text: str) -> None:
    told = refusal(folder, f"## Domestic abuse\n{text}")
    assert "line 1: the heading 'Domestic abuse' has a number from 1 to 7 before the word" in told
    assert "fewer than 8" in told and "(partnership only)" in told and text not in told
    assert said(folder, f"## Domestic abuse\n{text}", PARTNERSHIP).sections
    assert said(folder, f"## Domestic abuse (partnership only)\n{text}").sections == ()


@pytest.mark.parametrize(
    "text",
    [
        "0 victims, 8 victims, 17 victims, 1,003 victims, 2.5 people, 2020-21 victims",
        "Eight women, twenty-one women, a hundred and one men, forty two girls",
        "One in five people and 1 in 3 women",
        "fewer than 8 victims, 1 to 7 victims, between one and seven victims",
        "the top three offence groups; 5 per cent of victims; 3 wards",
        "1. Victims come first",
        "Year 7 pupils and Tier 2 offenders",
        "within 7 days, offences fell by 3 to 80",
    ],
)
def test_other_numbers_pass(folder: Path, text: str) -> None:
    assert said(folder, f"## Domestic abuse\n{text}").sections


def test_the_smallest_count_is_that_of_the_settings(folder: Path) -> None:
    assert said(folder, "## Robbery\n6 victims", Rules("public", 5)).sections
    assert "a number from 1 to 9 before" in refusal(folder, "## Robbery\nnine victims", Rules("public", 10))


# --- in an audit ------------------------------------------------------------------------------------------------


def test_headings_of_the_real_notebooks() -> None:
    pages = commentary.page_headings({path.stem: path for path in (ROOT / "notebooks").glob("*.ipynb")})
    assert [page.page for page in pages] == sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    by_short = {page.short: page.headings for page in pages}
    assert "Domestic abuse" in by_short["Violence"] and len(by_short) == len(pages)
    assert all(len(set(heads)) == len(heads) for heads in by_short.values())


def test_the_readmes_example_is_read(folder: Path) -> None:
    readme = (ROOT / "commentary" / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```markdown\n(.*?)```", readme, re.S)[1]
    (folder / "2020-21.md").write_text(example, encoding="utf-8")
    pages = commentary.page_headings({path.stem: path for path in (ROOT / "notebooks").glob("*.ipynb")})
    public = commentary.read(folder, "2020-21", pages, PUBLIC)
    both = commentary.read(folder, "2020-21", pages, PARTNERSHIP)
    assert 1 <= len(public.sections) < len(both.sections)


def test_a_theme_s_page_of_a_quarter_is_known_by_its_theme() -> None:
    path = ROOT / "notebooks" / "10_performance.ipynb"
    found = commentary.page_headings({"10_performance_children": path, "10_performance_adults": path})
    assert [(one.page, one.short) for one in found] == [
        ("10_performance_adults", "Performance, adults"),
        ("10_performance_children", "Performance, children"),
    ]
    assert "Actions" in found[0].headings


def test_an_audit_takes_it_up_and_is_made_again_when_it_changes(
    sample_report: Path, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notebooks do not run here: their text alone is rendered, which is where the commentary goes."""
    ran: list[str] = []

    def unrun(jobs: Sequence[object], *_: object) -> list[SimpleNamespace]:
        ran.extend(job.source.stem for job in jobs)
        return [SimpleNamespace(job=job, error="", seconds=0, notebook=bare(job.source)) for job in jobs]

    def bare(path: Path) -> nbformat.NotebookNode:
        return nbformat.read(path, as_version=4)

    monkeypatch.setattr("srp_lib.notebooks.run_notebooks", unrun)
    monkeypatch.setattr("srp_lib.kernels.KernelServer", lambda: Quiet())
    processed = shutil.copytree(sample_report.parents[2] / "processed", tmp_path / "warm")
    request = audit.Request(
        raw=sample_report.parents[2] / "raw", processed=processed, out=tmp_path / "out", commentary=folder
    )
    report = audit.audit(request).folder
    plain = {path.name: path.read_bytes() for path in report.glob("*.html")}
    assert not any(b'class="commentary"' in data for data in plain.values())
    assert "commentary" not in json.loads((report / provenance.RUN).read_text(encoding="utf-8"))
    assert audit.audit(request).reused and ran.count("01_overview") == 1

    text = folder / "2020-21.md"
    text.write_text("## Burglary\nFewer homes were empty.\n## Robbery (partnership only)\nPartners know.", "utf-8")
    assert not audit.audit(request).reused and audit.audit(request).reused and ran.count("01_overview") == 2
    record = json.loads((report / provenance.RUN).read_text(encoding="utf-8"))
    assert record["commentary"] == {"file": "2020-21.md", "sha256": commentary.digest(folder, "2020-21")}
    pages = {path.name: path.read_bytes() for path in report.glob("*.html")}
    changed = [name for name in pages if pages[name] != plain[name]]
    assert changed == ["04_safer_stronger_communities.html"] and b"Fewer homes" in pages[changed[0]]
    assert not any(b"Partners know" in data for data in pages.values())

    text.write_text("## Burglaries\nFewer.", "utf-8")
    with pytest.raises(AuditError, match="the heading 'Burglaries' is that of no section"):
        audit.audit(request)
    (folder / "2020.md").write_text("## Burglary\nFewer.", "utf-8")
    with pytest.raises(AuditError, match="commentary/2020.md belongs to no period's audit"):
        audit.audit(request)
    assert ran.count("01_overview") == 2 and (report / changed[0]).read_bytes() == pages[changed[0]]


class Quiet:
    """Stands in for the kernels' server where no notebook runs."""

    def __enter__(self) -> Quiet:
        return self

    def __exit__(self, *_: object) -> None:
        return None
