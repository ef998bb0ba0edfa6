"""Render: executed notebooks to self-contained pages, the index over them, and the check that every page passes.

Notebooks go through nbconvert with the template in templates/srp; the shell (head, banner, navigation, footer) is
one Jinja template that the notebooks' pages and the index share.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path

from srp_lib import change, wording
from srp_lib.facts import FACTS, SUMMARY

TEMPLATES = Path(__file__).parent / "templates" / "srp"


class RenderError(RuntimeError):
    """A page that must not be published; the text names the page and the fault."""


@dataclass(frozen=True)
class Banner:
    """A line across the top of every page. `kind` is synthetic or partnership."""

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
    sources: tuple[str, ...] = ()
    ordnance: bool = False

    @property
    def style(self) -> str:
        """The one style sheet, inlined so that the page needs nothing else."""
        return _style()


def notebook_title(notebook: object) -> str:
    """The notebook's first heading. Raises RenderError where it has none."""
    for cell in notebook.cells:
        found = re.match(r"# +(.+)", cell.source) if cell.cell_type == "markdown" else None
        if found:
            return found[1].strip()
    raise RenderError("A notebook needs a first markdown cell with a '# Title'.")


def notebook_short(notebook: object) -> str:
    """The notebook's name in the navigation: that of its metadata, else its title."""
    return notebook.metadata.get("srp", {}).get("short") or notebook_title(notebook)


def page_title(html: str) -> str:
    """The main heading of a finished page."""
    found = re.search(r"<h1>(.*?)</h1>", html, flags=re.S)
    return unescape(found[1]) if found else ""


def notebook_facts(name: str, notebook: object) -> list[dict[str, object]]:
    """The key facts that an executed notebook shows, in order, each with the notebook and the cell that made it."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for record in output.get("data", {}).get(FACTS, []):
                found.append({**record, "notebook": name, "cell": cell.id})
    return found


def notebook_page(notebook: object, page: Page) -> str:
    """An executed notebook as a complete page. Raises RenderError where the page fails a check."""
    body = _exporter().from_notebook_node(_without_title(notebook))[0]
    return shell(_with_contents(body), page)


def shell(content: str, page: Page) -> str:
    """Content in the shell that every page shares, checked."""
    html = _environment().get_template("page.html.j2").render(page=page, content=content)
    html = re.sub(r"[ \t]+\n", "\n", html).strip() + "\n"
    faults = page_faults(html)
    if faults:
        raise RenderError(f"The page '{page.title}' can't be published: {'; '.join(faults)}.")
    return html


def notebook_summary(notebook: object) -> dict[str, str]:
    """What an executed notebook says of itself for the index: its "lead" and, where it has one, its "caveat"."""
    told: dict[str, str] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            told |= output.get("data", {}).get(SUMMARY, {})
    return told


def index_page(facts: Sequence[Mapping[str, object]], pages: Mapping[str, str], page: Page, themes: Mapping[str, str], summaries: Mapping[str, Mapping[str, str]]) -> str:
    """The front page: each theme's name as a link to its page, over what the page says first and its headline facts.

    `pages` maps a notebook's name to its page's file, `themes` a notebook's name to the page's title and
    `summaries` a notebook's name to its `notebook_summary`.
    """
    caveats = dict.fromkeys(summary["caveat"] for summary in summaries.values() if summary.get("caveat"))
    parts = []
    for number, (name, title) in enumerate(themes.items()):
        own = [fact for fact in facts if fact["notebook"] == name and fact["headline"]]
        lead = summaries[name].get("lead") or "No figure can be given from the extracts supplied; the page says what is missing and what it would show."
        style = ' class="lead"' if number == 0 else ""
        parts.append(f'<h2 id="{escape(name)}"><a href="{pages[name]}">{escape(title)}</a></h2><p{style}>{escape(lead)}</p>{_headlines(own, title, pages[name])}')
        if number == 0:
            parts.extend(f'<p class="notice">{escape(caveat)}</p>' for caveat in caveats)
    return shell("\n".join(parts), page)


def _headlines(facts: Sequence[Mapping[str, object]], title: str, href: str) -> str:
    """Count, rate, change and verdict of each measure that has all three, each line a link into the page."""
    by_id = {str(fact["id"]): fact for fact in facts}
    stems = [ident.removesuffix(".count") for ident in by_id if ident.endswith(".count")]
    rows = []
    for stem in stems:
        count, rate, moved = (by_id[f"{stem}.{kind}"] for kind in ("count", "rate", "change"))
        verdict = str(moved["verdict"])
        told = verdict in (change.HIGHER, change.LOWER)
        words = f"{wording.marked(verdict)}{', ' + wording.signed(moved['value']) + '%' if told else ''}"
        rows.append(
            f'<tr><th scope="row"><a href="{href}#{escape(str(moved["anchor"]))}">{escape(str(count["label"]))}</a></th>'
            f'<td class="verdict {verdict.replace(" ", "-")}">{escape(words)}</td>'
            f'<td class="number">{wording.whole(count["value"])}</td><td class="number">{wording.decimal(rate["value"])}</td></tr>'
        )
    if not rows:
        return ""
    heads = '<th scope="col">What</th><th scope="col">Against the year before</th><th scope="col" class="number">Count</th><th scope="col" class="number">{per}</th>'
    per = wording.upper_first(str(by_id[f"{stems[0]}.rate"]["unit"]))
    label = f"Headline figures: {title}"
    return (
        f'<div class="scroll" role="group" aria-label="{escape(label)}" tabindex="0"><table><caption class="hidden">{escape(label)}</caption>'
        f'<thead><tr>{heads.format(per=per)}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def page_faults(html: str) -> list[str]:
    """What is wrong with a page, as short phrases; empty where nothing is. The rules are those of DESIGN.md."""
    seen = _Structure()
    seen.feed(html)
    faults = [*seen.faults]
    if seen.headings.count("h1") != 1:
        faults.append(f"it has {seen.headings.count('h1')} main headings and one is wanted")
    doubled = sorted({name for name in seen.ids if seen.ids.count(name) > 1})
    if doubled:
        faults.append(f"these ids stand twice: {', '.join(doubled[:5])}")
    dangling = sorted(set(seen.targets) - set(seen.ids))
    if dangling:
        faults.append(f"these links lead nowhere in the page: {', '.join(dangling[:5])}")
    for mark, meaning in (("object at 0x", "it prints a Python object"), ("No description has been provided", "an image has no text alternative"), ("Traceback (most", "it prints an error")):
        if mark in html:
            faults.append(meaning)
    return faults


class _Structure(HTMLParser):
    """Walks a page and notes what breaks the rules: requests, scripts, tables without caption or scope, gaps."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self._table: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check one element."""
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.append(values["id"])
        if re.fullmatch("h[1-6]", tag):
            self._heading(tag)
        if tag in ("script", "iframe", "object", "embed", "link", "base") or any(name.startswith("on") for name in values):
            self.faults.append(f"it holds <{tag}> that could run or fetch something")
        if any(name in ("src", "srcset", "data", "action", "poster") for name in values):
            self.faults.append(f"<{tag}> asks for another file")
        if tag == "a" and values.get("href", "").startswith("#"):
            self.targets.append(values["href"][1:])
        if tag == "html" and not values.get("lang"):
            self.faults.append("its language is not stated")
        if tag == "svg" and not (values.get("role") == "img" and values.get("aria-labelledby")):
            self.faults.append("a drawing has no text alternative")
        if tag == "table":
            self._table.append("")
        if tag == "caption" and self._table:
            self._table[-1] = "captioned"
        if tag == "th" and not values.get("scope"):
            self.faults.append("a table heading has no scope")

    def handle_endtag(self, tag: str) -> None:
        """Check a table that ends."""
        if tag == "table" and self._table and self._table.pop() != "captioned":
            self.faults.append("a table has no caption")

    def _heading(self, tag: str) -> None:
        if self.headings and int(tag[1]) > int(self.headings[-1][1]) + 1:
            self.faults.append(f"a heading {tag} follows a heading {self.headings[-1]}")
        self.headings.append(tag)


def _without_title(notebook: object) -> object:
    """The notebook less its first heading, which the shell shows, and less cells that only set parameters."""
    import copy

    trimmed = copy.deepcopy(notebook)
    for cell in trimmed.cells:
        if cell.cell_type == "markdown" and re.match(r"# ", cell.source):
            cell.source = re.sub(r"\A# .+\n*", "", cell.source)
            break
    return trimmed


def _with_contents(body: str) -> str:
    """The body with an address for each second-level heading, under a list of them where there are several."""
    heads: dict[str, str] = {}

    def addressed(found: re.Match[str]) -> str:
        text = unescape(re.sub("<[^>]+>", "", found[1])).strip()
        ident = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        heads[ident] = text
        return f'<h2 id="{ident}">{found[1]}</h2>'

    body = re.sub(r"<h2>(.*?)</h2>", addressed, body, flags=re.S)
    if len(heads) < 2:
        return body
    items = "".join(f'<li><a href="#{ident}">{escape(text)}</a></li>' for ident, text in heads.items())
    contents = f'<nav class="contents" aria-labelledby="contents"><p id="contents">On this page</p><ul>{items}</ul></nav>'
    first = body.index("<h2 ")
    return body[:first] + contents + body[first:]


@cache
def _exporter() -> object:
    from srp_lib.kernels import quiet_imports

    with quiet_imports():
        from nbconvert import HTMLExporter
    exporter = HTMLExporter(template_name="srp", extra_template_basedirs=[str(TEMPLATES.parent)])
    exporter.exclude_anchor_links = True
    return exporter


@cache
def _environment() -> object:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)


@cache
def _style() -> str:
    text = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    return re.sub(r"\s*\n\s*", "", text)

