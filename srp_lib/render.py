"""Render: executed notebooks to self-contained pages, the index over them, and the check that every page passes.

Notebooks go through nbconvert with the template in templates/srp; the shell (head, banner, navigation, footer) is
one Jinja template that the notebooks' pages and the index share.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING

from srp_lib import verdicts, wording
from srp_lib.disclosure import MARK
from srp_lib.display import DASH, FACTS, LEAFLETS, SUMMARY, boxed, link_list
from srp_lib.errors import AuditError
from srp_lib.page_checks import POLICY, UNSEEN, page_faults

if TYPE_CHECKING:
    from jinja2 import Environment
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

NUMBER = ' class="number"'
TAKEN = (
    '<h2 id="files">The figures as files</h2><p><a href="tables.xlsx">All tables as an accessible spreadsheet</a>. '
    '<a href="key_facts.csv">Every key figure with its interval, base and definition (CSV)</a>.</p>'
)
TEMPLATES = Path(__file__).parent / "templates" / "srp"


class RenderError(AuditError):
    """A page that must not be published; the text names the page and the fault."""


@dataclass(frozen=True)
class Banner:
    """A line across the top of every page. `kind` is synthetic, partnership or public."""

    kind: str
    label: str
    text: str


@dataclass(frozen=True)
class Link:
    """An entry of the navigation."""

    href: str
    text: str
    current: bool = False


@dataclass(frozen=True)
class Page:
    """What the shell says around the content."""

    title: str
    area: str
    period: str
    span: str
    partnership: str
    edition: str
    banners: tuple[Banner, ...] = ()
    links: tuple[Link, ...] = ()
    warnings: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    ordnance: bool = False
    leaflet: bool = False
    product: str = "Annual crime audit"

    @property
    def home(self) -> str:
        """The way from the page to the report's folder: leaflets are in a folder below it."""
        return "../" if self.leaflet else ""

    @property
    def judged(self) -> bool:
        """Whether the report has the page of every rule and its result: that of a quarter leaves it out."""
        return any(link.href == "00_data_quality.html" for link in self.links)

    @property
    def running(self) -> str:
        """What stands at the foot of every printed sheet, so that a loose one is still marked; safe inside a style sheet."""
        text = " \N{MIDDLE DOT} ".join(
            [*(banner.label for banner in self.banners), self.partnership, self.area, self.period]
        )
        return re.sub(r"[^\w ,.:'()\N{MIDDLE DOT}\N{EN DASH}-]", "", re.sub(r"\s+", " ", text))


def notebook_title(notebook: NotebookNode) -> str:
    """The notebook's first heading. Raises RenderError where it has none."""
    for cell in notebook.cells:
        found = re.match(r"# +(.+)", cell.source) if cell.cell_type == "markdown" else None
        if found:
            return found[1].strip()
    raise RenderError("A notebook needs a first markdown cell with a '# Title'.")


def notebook_short(notebook: NotebookNode) -> str:
    """The notebook's name in the navigation: that of its metadata, else its title."""
    return notebook.metadata.get("srp", {}).get("short") or notebook_title(notebook)


def page_title(html: str) -> str:
    """The main heading of a finished page."""
    found = re.search(r"<h1>(.*?)</h1>", html, flags=re.S)
    return unescape(found[1]) if found else ""


def notebook_facts(name: str, notebook: NotebookNode) -> list[dict[str, object]]:
    """The key facts that an executed notebook shows, in order, each with the notebook and the cell that made it."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for record in output.get("data", {}).get(FACTS, []):
                found.append({**record, "notebook": name, "cell": cell.id})
    return found


def notebook_leaflets(notebook: NotebookNode) -> list[dict[str, str]]:
    """The leaflets that an executed notebook made, in order: folder, name, title and html of each."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [leaflet for output in outputs for leaflet in output.get("data", {}).get(LEAFLETS, [])]


def notebook_page(notebook: NotebookNode, page: Page, change: Callable[[str], str] = str) -> str:
    """An executed notebook as a complete page, its content after `change`. Raises RenderError where the page fails a check."""
    body = _exporter().from_notebook_node(_without_title(notebook))[0]
    return shell(change(body), page)


def shell(content: str, page: Page, contents_before: int = 0) -> str:
    """Content in the shell that every page shares, with a contents list before that heading, checked."""
    content = content if page.leaflet else _with_contents(content, contents_before)
    from markupsafe import Markup

    told = {"page": page, "policy": POLICY, "content": Markup(content), "style": Markup(_style())}
    html = UNSEEN.sub("", _environment().get_template("page.html.j2").render(**told))
    html = re.sub(r"[ \t]+\n", "\n", html).strip() + "\n"
    faults = page_faults(html)
    if faults:
        raise RenderError(f"The page '{page.title}' can't be published: {'; '.join(faults)}.")
    return html


def notebook_summary(notebook: NotebookNode) -> dict[str, object]:
    """What an executed notebook says of itself for the index: "lead", "note", "headings" and "caveats", where it does.

    Where it has several leads they follow one another; of the rest the first stands.
    """
    told: dict[str, object] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(SUMMARY, {})
            leads = [str(one["lead"]) for one in (told, found) if one.get("lead")]
            told = {**found, **told, **({"lead": " ".join(leads)} if leads else {})}
    return told


def index_page(
    facts: Sequence[Mapping[str, object]],
    pages: Mapping[str, str],
    page: Page,
    themes: Mapping[str, str],
    summaries: Mapping[str, Mapping[str, object]],
    leaflets: Mapping[str, Sequence[Mapping[str, str]]],
    above: str = "",
) -> str:
    """The front page: each theme's name as a link to its page, over what the page says first, its headline facts and its leaflets.

    `pages` maps a notebook's name to its page's file, `themes` a notebook's name to the page's title and
    `summaries` a notebook's name to its `notebook_summary` and `leaflets` one to its `notebook_leaflets`; `above` is
    HTML that stands before all of them.
    """
    told = next((summary for summary in summaries.values() if summary.get("note")), {})
    headings = next(filter(None, (summary.get("headings") for summary in summaries.values())), {})
    if not headings.get("change") and not above:
        page = replace(page, title="What was recorded, and what it rests on")
    parts = []
    for name, title in themes.items():
        own = [fact for fact in facts if fact["notebook"] == name and fact["headline"]]
        lead = (
            summaries[name].get("lead")
            or "No figure can be given from the extracts supplied; the page says what is missing and what it would show."
        )
        style = "" if parts else ' class="lead"'
        table = _headlines(own, f"Headline figures: {title}", pages[name], headings)
        heading = f'<h2 id="{escape(name)}"><a href="{escape(pages[name])}">{escape(title)}</a></h2>'
        more = f"{table}{link_list(leaflets.get(name, ()))}{'' if parts else _once(told, summaries, () if above else page.exceptions)}"
        parts.append(f"{heading}<p{style}>{escape(str(lead))}</p>{more}")
    before = 0 if above else min(1, len(parts) - 1)
    page = replace(page, exceptions=page.exceptions if above else ())  # else what to bear in mind begins with them
    return shell("\n".join([above, *parts, TAKEN]), page, contents_before=before)


def _once(told: Mapping[str, object], summaries: Mapping[str, Mapping[str, object]], exceptions: Sequence[str]) -> str:
    """What the index says once for all themes: how to read the figures, what was accepted all the same, the caveats."""
    said = (str(caveat) for summary in summaries.values() for caveat in summary.get("caveats", ()))
    caveats = dict.fromkeys([*exceptions, *said])
    note = f'<p class="note">{escape(str(told["note"]))}</p>' if told else ""
    items = "".join(f"<li>{escape(caveat)}</li>" for caveat in caveats)
    return f'{note}<div class="notice"><p>Before comparing, bear in mind:</p><ul>{items}</ul></div>' if items else note


def _headlines(facts: Sequence[Mapping[str, object]], label: str, href: str, headings: Mapping[str, str]) -> str:
    """What moved, count and, where it has one, rate of each measure whose facts are headlines, each line a link into the page."""
    by_id = {str(fact["id"]): fact for fact in facts}
    stems = [ident.removesuffix(".count") for ident in by_id if ident.endswith(".count")]
    whole = [stem for stem in stems if f"{stem}.change" in by_id]
    if not whole or not headings:
        return ""
    rated = any(by_id.get(f"{stem}.rate", {}).get("value") is not None for stem in whole)
    kinds = ("change", "count", *(("rate",) if rated else ()))
    names = {kind: headings[kind] for kind in kinds if headings[kind]}
    head = "".join(
        f'<th scope="col" role="columnheader"{NUMBER if kind in ("count", "rate") else ""}>{escape(name)}</th>'
        for kind, name in {"": "What", **names}.items()
    )
    rows = (
        _headline_row(by_id[f"{stem}.count"], by_id.get(f"{stem}.rate", {}), by_id[f"{stem}.change"], href, names)
        for stem in whole
    )
    return boxed(label, f'<tr role="row">{head}</tr>', "".join(rows), hidden=True)


def _headline_row(
    count: Mapping[str, object],
    rate: Mapping[str, object],
    moved: Mapping[str, object],
    href: str,
    names: Mapping[str, str],
) -> str:
    verdict = str(moved["verdict"])
    places = 0 if str(moved["disclosure"]).startswith("protected") else 1
    size = f", {wording.signed(moved['value'], places)}%" if verdict in (verdicts.HIGHER, verdicts.LOWER) else ""
    cells = {
        "change": (wording.marked(verdict) + size, ' class="mark"'),
        "count": (wording.whole(count["value"]) if count["value"] is not None else MARK, NUMBER),
        "rate": (wording.decimal(rate["value"]) if rate.get("value") is not None else DASH, NUMBER),
    }
    place = str((moved if "change" in names else count)["anchor"])  # without a comparator no page shows a change
    link = f'<a href="{escape(href)}#{escape(place)}">{escape(str(count["label"]))}</a>'
    shown = "".join(
        f'<td role="cell" data-label="{escape(name)}"{cells[kind][1]}>{escape(cells[kind][0])}</td>'
        for kind, name in names.items()
    )
    return f'<tr role="row"><th scope="row" role="rowheader">{link}</th>{shown}</tr>'


def _without_title(notebook: NotebookNode) -> NotebookNode:
    """The notebook less its first heading, which the shell shows, and less cells that only set parameters."""
    import copy

    trimmed = copy.deepcopy(notebook)
    for cell in trimmed.cells:
        if cell.cell_type == "markdown" and re.match(r"# ", cell.source):
            cell.source = re.sub(r"\A# .+\n*", "", cell.source)
            break
    return trimmed


def _with_contents(body: str, place: int) -> str:
    """The body with an address for each second-level heading, and a list of them before heading number `place`."""
    heads: dict[str, str] = {}

    def addressed(found: re.Match[str]) -> str:
        text = unescape(re.sub("<[^>]+>", "", found[2])).strip()
        ident = found[1] or re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        heads[ident] = text
        return f'<h2 id="{ident}">{found[2]}</h2>'

    body = re.sub(r'<h2(?: id="([^"]+)")?>(.*?)</h2>', addressed, body, flags=re.S)
    if len(heads) < 2:
        return body
    items = "".join(f'<li><a href="#{ident}">{escape(text)}</a></li>' for ident, text in heads.items())
    contents = (
        f'<nav class="contents" aria-labelledby="contents"><p id="contents">On this page</p><ul>{items}</ul></nav>'
    )
    start = [found.start() for found in re.finditer("<h2 ", body)][place]
    return body[:start] + contents + body[start:]


@cache
def _exporter() -> HTMLExporter:
    from srp_lib.kernels import quiet_imports

    with quiet_imports():
        from nbconvert import HTMLExporter, TemplateExporter

    class Exporter(HTMLExporter):
        """nbconvert's HTML exporter less its last step, which parses the whole page to fill in missing alternative
        texts: here a missing one is a fault (`page_faults`), and the parsing is half of the time.
        """

        def from_notebook_node(self, nb: NotebookNode, resources: object = None, **kw: object) -> tuple[str, object]:
            return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

    exporter = Exporter(template_name="srp", extra_template_basedirs=[str(TEMPLATES.parent)])
    exporter.exclude_anchor_links = True
    return exporter


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)


@cache
def _style() -> str:
    text = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    return re.sub(r"\s*\n\s*", "", text)
