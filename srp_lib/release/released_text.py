"""Released text: the numbers that a reader takes from what a page says outside its tables.

Paragraphs, lists, headings and the titles, labels and alternatives of drawings. A number that a fact or a table of the
page tells as well is theirs; of the others those in a sentence whose noun, place and period are known are read as
counts, and the rest are told as numbers of the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from srp_lib.codelists import measures
from srp_lib.codelists.offences import objective_areas
from srp_lib.disclosure import MARK
from srp_lib.page_tables import PageTable
from srp_lib.release.released_names import Names, area_nouns, measure_labels, period_code
from srp_lib.release.released_numbers import COUNT, NUMBER, OTHER, Figure, Rule, printed

FEW, NONE = "fewer than", "no"
PERIOD = (
    r"\d{4}-\d{2}|[Yy]ear ending [A-Z][a-z]+ \d{4}|[A-Z][a-z]+(?: \d{4})?(?: to [A-Z][a-z]+ \d{4})|[A-Z][a-z]+ \d{4}"
)
# How texts explain the mark, which then stands for no count.
EXPLAINED = re.compile(
    r"\[c\] stands where|(?:are|is) (?:shown as|withheld) \(?\[c\]\)?|withheld \(\[c\]\)|^(?:Shorthand )?\[c\](?:: .*)?$",
    re.I,
)
TELLING = re.compile(rf"\[c\]|\d|{FEW}|\bno [a-z]")
OPENING = 8  # words of a text that say where a number stands
START = 24  # letters by which a text is held against statements


@dataclass(frozen=True)
class Page:
    """The texts of one page, and what its tables hold."""

    name: str
    title: str
    texts: Sequence[str]
    cells: frozenset[str]

    @property
    def place(self) -> str | None:
        """Whom a sentence speaks of that names no place; None where that can't be told."""
        if self.name.startswith("wards/"):
            return self.title
        return None if self.name.startswith(("06_", "07_")) else ""


def page_of(name: str, texts: Sequence[str], tables: Iterable[PageTable]) -> Page:
    """A page by its file's name, its texts and its tables."""
    own = list(tables)
    cells = {cell for table in own for row in table.rows for cell in row} | {
        head for one in own for head in one.columns
    }
    title = own[0].title if own else ""
    return Page(name, title, list(dict.fromkeys(text for text in texts if text not in cells)), frozenset(cells))


def text_figures(pages: Iterable[Page], statements: Iterable[str], names: Names, rule: Rule) -> Iterator[Figure]:
    """Every number of the pages' texts that neither a fact's statement, one of `statements`, nor a cell of the page tells."""
    said, known = _sentence(names), by_start(statements)
    for page in pages:
        told = {one.text for cell in page.cells for one in printed(cell)}
        for text in page.texts:
            rest = explained(unstated(text, known))
            if TELLING.search(rest):
                yield from _of_text(page, text, rest, told, said, names, rule)


def explained(text: str) -> str:
    """A text without the words that explain what the mark of a withheld count means."""
    return EXPLAINED.sub("", text)


def opening(text: str) -> str:
    """The first words of a text without its numbers: it says where something stands and can be printed."""
    words = re.sub(rf"\[c\]|{NUMBER}", "\N{HORIZONTAL ELLIPSIS}", text).split()
    return " ".join(words[:OPENING])


def by_start(statements: Iterable[str]) -> dict[str, list[str]]:
    """Statements by their first letters, for `unstated`."""
    found: dict[str, list[str]] = {}
    for one in statements:
        found.setdefault(one[:START], []).append(one)
    return found


def unstated(text: str, known: Mapping[str, Sequence[str]]) -> str:
    """A text without the fact's statement that it begins with."""
    stated = max((one for one in known.get(text[:START], ()) if text.startswith(one)), key=len, default="")
    return text[len(stated) :]


def _of_text(
    page: Page, text: str, rest: str, told: set[str], said: re.Pattern[str], names: Names, rule: Rule
) -> Iterator[Figure]:
    where = f"{page.name}, text: {opening(text)}"
    for found in said.finditer(rest):
        figure = _counted(page, where, found, names, rule)
        if figure is not None:
            yield figure
    for number, one in enumerate(printed(said.sub("", rest)), 1):
        if one.value is None:
            yield Figure(where, f"number {number}", one.text, COUNT, where, f"number {number}", "", "", *rule.few, True, True)  # fmt: skip
        elif one.text not in told:
            ends = one.value - one.half, one.value + one.half
            yield Figure(where, f"number {number}", one.text, OTHER, where, f"number {number}", "", "", *ends, False, False)  # fmt: skip


def _counted(page: Page, where: str, found: re.Match[str], names: Names, rule: Rule) -> Figure | None:
    """The count that a sentence of known words tells; None where its place can't be told."""
    who, noun = found["who"], found["noun"].lower()
    subject = (measure_labels() if who else area_nouns()).get(noun, "")  # as the facts of files and of records say it
    place = page.place if who is None else "" if who == names.area else who
    code = names.period(found["period"]) if subject.startswith("overview.") else period_code(found["period"])
    if place is None or not subject or not code:
        return None
    much, number = found["much"], found["number"]
    protected = names.guarded and bool(place or subject in names.sensitive or much)
    withheld = much == FEW or number == MARK
    ends = rule.few if withheld else rule.count(float((number or "0").replace(",", "")), protected)
    return Figure(where, "number", number or NONE, COUNT, subject, "", place, code, *ends, withheld, protected)


def _sentence(names: Names) -> re.Pattern[str]:
    """The pattern of "Rotherham had 1,542 burglaries in 2020-21": nouns of the code lists, places of the release."""
    nouns = _any_of([one.noun for one in (*measures().values(), *objective_areas().values())])
    places = _any_of([*names.wards, *filter(None, [names.area])])
    return re.compile(
        rf"(?:(?:(?P<who>{places}) had|There were|There was) )(?:(?:(?P<much>about|{FEW}) )?(?P<number>\[c\]|{NUMBER})|{NONE}) "
        rf"(?P<noun>{nouns}) in (?P<period>{PERIOD})(?![\w-])"
    )


def _any_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))
