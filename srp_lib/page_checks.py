"""Page checks: what makes a page, or a report of pages, unfit to be published.

A page holds no script and fetches nothing; what may stand in it is listed, so whatever a text from an extract could
smuggle in is refused even where escaping it had been forgotten. The policy in each page's head tells a browser the same.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
# Where a link may lead outside the report: the licence and the publisher of the street-level files.
ADDRESSES = ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "https://data.police.uk/")
# Characters that are not seen and do harm: control characters, those that turn the direction of the text, halves of pairs.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
DOCUMENT = "html head meta title style body header footer main nav section article aside div span"
TEXT = "h1 h2 h3 h4 h5 h6 p a ul ol li dl dt dd pre code blockquote br hr wbr strong em b i s small sub sup abbr q kbd var del ins time"
SHOWN = "table caption colgroup col thead tbody tfoot tr th td figure figcaption details summary img"
DRAWN = "svg g defs desc path rect circle ellipse line polyline polygon text tspan use pattern clippath lineargradient radialgradient stop marker mask"
ELEMENTS = frozenset(" ".join((DOCUMENT, TEXT, SHOWN, DRAWN)).split())
FETCHING = ("src", "srcset", "srcdoc", "data", "action", "formaction", "poster", "background", "ping", "manifest")
PAINTED = ("style", "fill", "stroke", "clip-path", "mask", "filter", "marker-start", "marker-mid", "marker-end")
OUTSIDE = re.compile(r"url\(\s*[\"']?(?!#)|@import|image-set\(|expression\(", re.I)
SCHEME = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|[/\\])", re.I)
HREF = re.compile(r"<a\b[^>]*?\shref=\"([^\"]*)\"")
IDENT = re.compile(r"\sid=\"([^\"]*)\"")
PRINTED = (
    ("object at 0x", "it prints a Python object"),
    ("No description has been provided", "an image has no text alternative"),
    ("Traceback (most", "it prints an error"),
)


def page_faults(html: str) -> list[str]:
    """What is wrong with a page, as short phrases; empty where nothing is. The rules are those of DESIGN.md."""
    return list(_faults_of(html))


@lru_cache(256)  # the attack on a release asks again of each page that was just made
def _faults_of(html: str) -> tuple[str, ...]:
    seen = _Structure()
    seen.feed(html)
    seen.close()
    faults = [*seen.faults]
    if seen.policies != [POLICY]:
        faults.append("its content-security policy is not the one that every page of a report has")
    if UNSEEN.search(html):
        faults.append("it holds characters that are not seen")
    if seen.headings.count("h1") != 1:
        faults.append(f"it has {seen.headings.count('h1')} main headings and one is wanted")
    doubled = sorted({name for name in seen.ids if seen.ids.count(name) > 1})
    if doubled:
        faults.append(f"these ids stand twice: {', '.join(doubled[:5])}")
    dangling = sorted(set(seen.targets) - set(seen.ids))
    if dangling:
        faults.append(f"these links lead nowhere in the page: {', '.join(dangling[:5])}")
    return (*faults, *(meaning for mark, meaning in PRINTED if mark in html))


def report_faults(files: Mapping[str, str | bytes], also: Collection[str] = ()) -> list[str]:
    """Links of a report's pages that lead to no file of it or to no place in one, a sentence each; empty where none does.

    `files` are the report's by path; `also` names those that are still to be written, such as run.json.
    """
    pages = {name: _text(content) for name, content in files.items() if name.endswith(".html")}
    idents: dict[str, set[str]] = {}
    faults = []
    for name, html in pages.items():
        for address in dict.fromkeys(map(unescape, HREF.findall(html))):
            path, _, place = address.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            if address in ADDRESSES:
                continue
            if target not in files and target not in also:
                faults.append(f"The page {name} links to {address[:80]}, which is no file of the report.")
            elif place and target in pages:
                if target not in idents:
                    idents[target] = set(map(unescape, IDENT.findall(pages[target])))
                if place not in idents[target]:
                    faults.append(f"The page {name} links to {address[:80]}, which is no place in that page.")
    return faults


def _text(content: str | bytes) -> str:
    return content if isinstance(content, str) else content.decode("utf-8")


class _Structure(HTMLParser):
    """Walks a page and notes what breaks the rules: what could run or fetch, tables without caption or scope, gaps."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.policies: list[str] = []
        self._table: list[str] = []
        self._styled = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check one element."""
        values = {name: value or "" for name, value in attrs}
        self._styled = tag == "style"
        if "id" in values:
            self.ids.append(values["id"])
        self._running(tag, values)
        self._fetching(tag, values)
        self._leading(tag, values)
        self._telling(tag, values)

    def handle_endtag(self, tag: str) -> None:
        """Check a table that ends."""
        self._styled = False
        if tag == "table" and self._table and self._table.pop() != "captioned":
            self.faults.append("a table has no caption")

    def handle_data(self, data: str) -> None:
        """Check a style sheet."""
        if self._styled and OUTSIDE.search(data):
            self.faults.append("<style> asks for another file")

    def handle_comment(self, data: str) -> None:
        """Refuse what is not shown: readers of a page and browsers may part over where a comment ends."""
        self.faults.append("it holds a comment")

    def handle_pi(self, data: str) -> None:
        """Refuse an instruction to a program."""
        self.faults.append("it holds an instruction to a program")

    def unknown_decl(self, data: str) -> None:
        """Refuse a declaration that pages have no use for."""
        self.faults.append("it holds an unknown declaration")

    def _running(self, tag: str, values: Mapping[str, str]) -> None:
        if tag not in ELEMENTS or any(name.startswith("on") for name in values):
            self.faults.append(f"it holds <{tag}> that could run or fetch something")
        if "http-equiv" not in values:
            return
        if values["http-equiv"].lower() == "content-security-policy":
            self.policies.append(values.get("content", ""))
        else:
            self.faults.append("it holds <meta> that could run or fetch something")

    def _fetching(self, tag: str, values: Mapping[str, str]) -> None:
        fetched = [value for name, value in values.items() if name in FETCHING]
        if tag != "a":
            fetched += [value for name in ("href", "xlink:href") if (value := values.get(name, "#"))[:1] != "#"]
        if any(not (tag == "img" and value.startswith("data:image/")) for value in fetched):
            self.faults.append(f"<{tag}> asks for another file")
        if any(OUTSIDE.search(values.get(name, "")) for name in PAINTED):
            self.faults.append(f"<{tag}> asks for another file")

    def _leading(self, tag: str, values: Mapping[str, str]) -> None:
        """Check where a link leads: into the report, or to an address that is listed."""
        if tag != "a" or "href" not in values and "xlink:href" not in values:
            return
        address = values.get("href", "")
        if address.startswith("#"):
            self.targets.append(address[1:])
        if "xlink:href" in values or not address or (SCHEME.match(address) and address not in ADDRESSES):
            self.faults.append(f"a link leads out of the report: {address[:60]}")

    def _telling(self, tag: str, values: Mapping[str, str]) -> None:
        """Check what readers need who do not see the page."""
        if re.fullmatch("h[1-6]", tag):
            self._heading(tag)
        if tag == "html" and not values.get("lang"):
            self.faults.append("its language is not stated")
        if tag == "svg" and not (
            values.get("role") == "img" and values.get("aria-labelledby") and values.get("aria-describedby")
        ):
            self.faults.append("a drawing has no text alternative")
        if tag == "style" and self.headings:
            self.faults.append("a <style> below the head would reach the whole page")
        if tag == "table":
            self._table.append("")
        if tag == "caption" and self._table:
            self._table[-1] = "captioned"
        if tag == "th" and not values.get("scope"):
            self.faults.append("a table heading has no scope")

    def _heading(self, tag: str) -> None:
        if self.headings and int(tag[1]) > int(self.headings[-1][1]) + 1:
            self.faults.append(f"a heading {tag} follows a heading {self.headings[-1]}")
        self.headings.append(tag)
