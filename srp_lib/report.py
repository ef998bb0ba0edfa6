"""Report: what a run found, as the files of a report: pages in their shell, the index, key_facts.csv.

Returns text and writes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from srp_lib import board, page_checks, quality_page, render, residents, revisions, spreadsheet, trace, trace_page
from srp_lib.commentary import placed
from srp_lib.disclosure import MARK, PUBLIC, policy
from srp_lib.display import COLUMNS
from srp_lib.errors import AuditError
from srp_lib.extracts import LOOKUPS, REGISTRY
from srp_lib.page_tables import page_tables
from srp_lib.provenance import COMPANION, RUN, digest_of
from srp_lib.schedule import METHODS, QUALITY
from srp_lib.subject import Subject

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from srp_lib.extracts import Intake
    from srp_lib.gate import RuleResult
    from srp_lib.release.disclosure_page import Attack

Fact = Mapping[str, Any]
INDEX, SUMMARY, REVISIONS, DISCLOSURE = "index", "summary", "revisions", "disclosure"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NOT_AUDITED = "no audit made"
FAULTS_NAMED = 5


def report_files(
    subject: Subject, notebooks: Mapping[str, NotebookNode], on_page: Callable[[int, int], None]
) -> tuple[dict[str, str | bytes], list[Fact]]:
    """Every file of a report but run.json and the page of the attack on it, by name, and the facts in it.

    `notebooks` are the executed ones by name; `on_page` is told of each page made and of how many there will be.
    Raises AuditError for a fact that is made twice and RenderError for a page that fails a check.
    """
    facts = [record for name, notebook in notebooks.items() for record in render.notebook_facts(name, notebook)]
    _refuse_doubles(facts)
    shell = Shell(subject, notebooks)
    files: dict[str, str | bytes] = {}
    for done, (name, notebook) in enumerate(notebooks.items()):
        on_page(done, len(notebooks) + 1)
        said = placed(notebook, subject.commentary.of(name))
        traced = partial(trace_page.linked, facts=facts)
        files[f"{name}.html"] = render.notebook_page(said, shell.page(name), traced)
        files |= shell.leaflets(name, facts)
    themes = {name: title for name, title in shell.titles.items() if name not in (QUALITY, METHODS)}
    links = {name: f"{name}.html" for name in notebooks}
    summaries = {name: render.notebook_summary(notebook) for name, notebook in notebooks.items()}
    leaflets = {name: render.notebook_leaflets(notebook) for name, notebook in notebooks.items()}
    above = board.headline(facts, themes, summaries, subject.period.label).html() if shell.quarterly else ""
    files[f"{INDEX}.html"] = render.index_page(facts, links, shell.page(INDEX), themes, summaries, leaflets, above)
    files |= shell.extras(facts)
    files["key_facts.csv"] = facts_csv(facts, subject.intake)
    files |= shell.traces(facts)
    files["tables.xlsx"] = shell.workbook(files)
    on_page(len(notebooks) + 1, len(notebooks) + 1)
    return files, facts


def attack_page(subject: Subject, notebooks: Mapping[str, NotebookNode], attack: Attack) -> str:
    """The page that says what an attack on the release could work out. Raises RenderError where it fails a check."""
    shell = Shell(subject, notebooks if attack.passed else {})
    return render.shell(attack.html(), replace(shell.page(DISCLOSURE), title=attack.title))


def require_whole(files: Mapping[str, str | bytes]) -> None:
    """Raise RenderError where a link of a report's pages leads to no file of it, or to no place in one."""
    faults = page_checks.report_faults(files, (RUN, COMPANION))
    if faults:
        raise render.RenderError(f"The report can't be published: {' '.join(faults[:FAULTS_NAMED])}")


def refusal_page(subject: Subject) -> str:
    """The data-quality page of extracts that cannot be audited. Raises RenderError where it fails a check."""
    page = quality_page.QualityPage(subject.intake, subject.results, subject.faults, subject.edition)
    parts = [(heading, part._repr_mimebundle_()["text/html"]) for heading, part in page.parts()]
    content = "".join(
        (f'<h2 id="part-{number}">{escape(heading)}</h2>' if heading else "") + html
        for number, (heading, html) in enumerate(parts)
    )
    return render.shell(content, Shell(subject, {}).page(QUALITY))


def data_warnings(subject: Subject) -> list[str]:
    """A sentence for each rule that did not pass, over all extracts."""
    return quality_page.warnings(subject.results, set(subject.intake.extracts))


def facts_csv(facts: Sequence[Fact], intake: Intake) -> str:
    """key_facts.csv as text: one line a fact, columns srp_lib.facts.COLUMNS, numbers to ten digits.

    Extracts come with the start of a digest over the SHA-256 of their files. A text that a spreadsheet would take for a formula has an
    apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    digests = {name: digest_of(sorted(extract.files["sha256"]))[:12] for name, extract in intake.extracts.items()}
    for fact in facts:
        unknown = [name for name in fact["extracts"] if name not in digests]
        if unknown:
            raise AuditError(
                f"The key fact {fact['id']} of {fact['notebook']} names the extract {unknown[0]}, which was not supplied: "
                "have it name what it rests on."
            )
        names = ";".join(f"{name}:{digests[name]}" for name in fact["extracts"])
        writer.writerow({name: _cell(value) for name, value in {**fact, "extracts": names}.items()})
    return out.getvalue()


def _cell(value: object) -> object:
    """A cell of a CSV file: numbers without noise in their last digits, nothing for None, no formula."""
    if value is None:
        return ""
    if isinstance(value, str):
        # Whether the csv module quotes a lone carriage return depends on Python's version.
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        return f"'{text}" if value.startswith(FORMULA_STARTS) else text
    return f"{value:.10g}" if isinstance(value, float) else value


def _refuse_doubles(facts: Sequence[Fact]) -> None:
    seen: dict[str, str] = {}
    for fact in facts:
        if fact["id"] in seen:
            raise AuditError(
                f"The key fact {fact['id']} is made twice, in {seen[fact['id']]} and in {fact['notebook']}: "
                "give one of them another id."
            )
        seen[fact["id"]] = fact["notebook"]


@dataclass(frozen=True)
class Shell:
    """Makes what stands around each page's content: banners, navigation, warnings and sources of what it uses."""

    subject: Subject
    notebooks: Mapping[str, NotebookNode]

    @property
    def titles(self) -> dict[str, str]:
        """Each page's main heading by its name: what the notebook's run says, else the notebook's own."""
        return {
            name: str(render.notebook_summary(notebook).get("title") or render.notebook_title(notebook))
            for name, notebook in self.notebooks.items()
        }

    def page(self, name: str) -> render.Page:
        """The shell of one page: a notebook's by its name, or the index's."""
        subject, used = self.subject, self.used(name)
        label, span = (subject.period.label, subject.period.span) if subject.period else (NOT_AUDITED, NOT_AUDITED)
        other = "Extracts refused"
        if name == INDEX:
            other = board.TITLE if self.quarterly else "What changed, and what it rests on"
        return render.Page(
            title=self.titles.get(name, other),
            area=subject.place,
            period=label,
            span=span,
            partnership=subject.partnership,
            edition=subject.edition,
            banners=self.banners(),
            links=self.links(name),
            warnings=tuple(quality_page.warnings(subject.results, used)),
            exceptions=tuple(self._excepted(name)(subject.results, used)),
            sources=tuple(self.sources(used)),
            ordnance="boundaries" in used,
            **({"product": "Quarterly performance report"} if self.quarterly else {}),
        )

    def leaflets(self, name: str, facts: Sequence[Fact]) -> dict[str, str]:
        """The leaflets of a notebook as pages by their path in the report; they name its sources and warn as it does."""
        short = quality_page.exceptions_in_short(self.subject.results, self.used(name))
        own, files = replace(self.page(name), leaflet=True, exceptions=tuple(short)), {}
        for one in render.notebook_leaflets(self.notebooks[name]):
            content = trace_page.linked(one["html"], facts, own.home)
            files[f"{one['folder']}/{one['name']}.html"] = render.shell(content, replace(own, title=one["title"]))
        return files

    def _excepted(self, name: str) -> Callable[[Sequence[RuleResult], set[str]], list[str]]:
        """What tells of accepted failures at the head of a page: shortly on the summary, which is two sides of paper."""
        return quality_page.exceptions_in_short if name == SUMMARY else quality_page.exceptions

    @property
    def quarterly(self) -> bool:
        """Whether the report is the quarter's to the board, which has the pages of the themes' leads alone."""
        return self.subject.period is not None and self.subject.period.kind == "quarter"

    @property
    def extra(self) -> dict[str, str]:
        """The pages that no notebook makes, by their name, and what the navigation calls them."""
        summary = {} if self.quarterly or not self.notebooks else {SUMMARY: "For residents"}
        moved = {REVISIONS: "Revisions"} if self.subject.previous else {}
        return summary | moved | ({DISCLOSURE: "Disclosure check"} if self.subject.edition == PUBLIC else {})

    def extras(self, facts: Sequence[Fact]) -> dict[str, str]:
        """The summary for residents and, where an earlier report was given, how far its figures have moved."""
        files = {}
        if SUMMARY in self.extra:
            told = residents.summary(facts, self.subject, {name: f"{name}.html" for name in self.notebooks})
            files[f"{SUMMARY}.html"] = render.shell(told.html, replace(self.page(SUMMARY), title=told.title))
        if REVISIONS in self.extra:
            moved = revisions.revisions(self.subject.previous, facts, self.subject)
            files[f"{REVISIONS}.html"] = render.shell(moved.html, replace(self.page(REVISIONS), title=moved.title))
        return files

    def traces(self, facts: Sequence[Fact]) -> dict[str, str]:
        """Where every figure comes from: trace.json, and in the folder trace a page for each page that shows figures and for each ward."""
        made = trace.trace_records(facts, self.subject, self.notebooks)
        pages = trace_page.pages(made)
        files = {trace.FILE: trace.trace_json(made)}
        for name, one in pages.items():
            title = f"{one.place or self.titles[one.notebook]}: where each figure comes from"
            files[f"{name}.html"] = render.shell(one.html, replace(self.page(one.notebook), leaflet=True, title=title))
        return files

    def workbook(self, files: Mapping[str, str | bytes]) -> bytes:
        """The tables of the pages as a spreadsheet."""
        pages = {name: text for name, text in files.items() if isinstance(text, str) and name.endswith(".html")}
        tables = [table for name, text in pages.items() for table in page_tables(name, text)]
        around = {f"{name}.html": self.page(name) for name in (INDEX, *self.notebooks, *self.extra)}
        return spreadsheet.workbook(tables, around, self.page(INDEX))

    def used(self, name: str) -> set[str]:
        """The extracts that a page rests on: all for the data-quality page, those of the themes for the index.

        Whatever rests on street-level crime rests on the lookups that decide which rows are in the area.
        """
        supplied = set(self.subject.intake.extracts)
        if name == QUALITY:
            return supplied
        if name in (INDEX, SUMMARY, REVISIONS, DISCLOSURE):
            return set().union(*(self.used(theme) for theme in self.notebooks if theme != QUALITY))
        named = set(self.notebooks[name].metadata.get("srp", {}).get("extracts", ()))
        return (named | set(LOOKUPS if "street_crime" in named else ())) & supplied

    def links(self, current: str) -> tuple[render.Link, ...]:
        """The navigation: the summary, the themes in the order of the run, then checks and methods; none where there is one page."""
        if not self.notebooks:
            return ()
        names = sorted(self.notebooks, key=lambda name: (name == METHODS, name == QUALITY))
        short = {name: self._short(name) for name in names}
        extra = self.extra
        checked = {DISCLOSURE: extra.pop(DISCLOSURE)} if DISCLOSURE in extra else {}
        methods = {METHODS: short.pop(METHODS)} if METHODS in short else {}
        called = {INDEX: "Summary", **extra, **short, **checked, **methods}
        return tuple(render.Link(f"{name}.html", text, name == current) for name, text in called.items())

    def _short(self, name: str) -> str:
        """A page's name in the navigation; where it is a theme's in a quarter, the theme's."""
        told = render.notebook_summary(self.notebooks[name]).get("short")
        return str(told or render.notebook_short(self.notebooks[name]))

    def banners(self) -> tuple[render.Banner, ...]:
        """What must be said at the top of every page."""
        said = []
        if self.subject.synthetic:
            text = (
                "These figures come from invented extracts made for demonstration. "
                "They describe no real event or person and must not be quoted."
            )
            said.append(render.Banner("synthetic", "Synthetic data", text))
        if self.subject.edition == "partnership":
            text = "Not disclosure-controlled. For the partners' own use; do not publish or forward."
            said.append(render.Banner("partnership", "Partnership edition: OFFICIAL-SENSITIVE", text))
        else:
            said.append(render.Banner("public", "Public edition", self.protection()))
        return tuple(said)

    def protection(self) -> str:
        """What the public edition does to counts that could tell on people, shortly: it stands at the top of every page."""
        rule = policy(self.subject.config, PUBLIC)
        return (
            f"To protect people, counts of 1 to {rule.smallest - 1} in the partners' records and of places within the borough are withheld ({MARK}) or "
            f"put together, and others rounded to the nearest {rule.base}: figures may not add up. Open data on the whole borough is as published."
        )

    def sources(self, used: set[str]) -> list[str]:
        """A line for each extract used: title, publisher, what it covers, licence."""
        made = " Synthetic, in the publisher's layout." if self.subject.synthetic else ""
        lines = []
        for name, extract in self.subject.intake.extracts.items():
            if name in used:
                source = REGISTRY[name]
                covered = quality_page.covers(extract)
                lines.append(f"{source.title}: {source.publisher}; {covered}; {source.licence}.{made}")
        return lines
