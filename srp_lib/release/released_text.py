"""Released text: the numbers that a reader takes from what a page says outside its tables.

Paragraphs, lists, headings and the titles, labels and alternatives of drawings. A number that a fact's statement tells
is the fact's. Of the others those in a sentence whose noun, place and period are known are read as counts, as are small
numbers of people, in digits or in words, wherever a text speaks of a place below the borough or of a protected subject;
the rest are told as numbers of the text alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from srp_lib.disclosure import MARK
from srp_lib.page_tables import PageTable
from srp_lib.release.released_names import Names, area_nouns, measure_labels, period_code
from srp_lib.release.released_numbers import COUNT, NUMBER, OTHER, RATE, Figure, Rule, printed
from srp_lib.release.released_words import LOCAL_PAGES, WORDS, Guard, any_of, guard, nouns, rate_of, share_of

FEW, NONE = "fewer than", "no"
PERIOD = (
    r"\d{4}-\d{2}|[Yy]ear ending [A-Z][a-z]+ \d{4}|[A-Z][a-z]+(?: \d{4})?(?: to [A-Z][a-z]+ \d{4})|[A-Z][a-z]+ \d{4}"
)
# How texts explain the mark, which then stands for no count.
EXPLAINED = re.compile(
    r"\[c\] stands where|(?:are|is) (?:shown as|withheld) \(?\[c\]\)?|withheld \(\[c\]\)|^(?:Shorthand )?\[c\](?:: .*)?$",
    re.I,
)
PROGRAM = re.compile(r"(?:from|import) \w|[\w.]+(?:\[[^\]]*\])?(?:\(| = )")
TELLING = re.compile(rf"\[c\]|\d|{FEW}|\bno [a-z]|\b(?:{'|'.join(WORDS)})\b", re.I)
OPENING = 8  # words of a text that say where a number stands
CLOSE = 1e-9
START = 24  # letters by which a text is held against statements


@dataclass(frozen=True)
class Page:
    """The texts of one page that are no cell of its tables."""

    name: str
    title: str
    texts: Sequence[str]

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
    said = (part for text in texts if text not in cells for part in _said_in(text))
    return Page(name, title, list(dict.fromkeys(said)))


def _said_in(text: str) -> Iterator[str]:
    """What a text says: all of it, or the words and comments of program lines, whose numbers are of the program."""
    if not PROGRAM.match(text):
        yield text
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield text
        return
    yield from (part.value for part in ast.walk(tree) if isinstance(part, ast.Constant) and isinstance(part.value, str))
    yield from (found[0] for found in re.finditer(r"#.*", text))


def text_figures(pages: Iterable[Page], statements: Iterable[str], names: Names, rule: Rule) -> Iterator[Figure]:
    """Every number of the pages' texts that no fact's statement, one of `statements`, tells."""
    read = _Reader(names, rule, _sentence(names), guard(names, rule.smallest), share_of(), rate_of())
    known = by_start(statements)
    for page in pages:
        for text in page.texts:
            rest = explained(unstated(text, known))
            if TELLING.search(rest):
                yield from read.figures(page, text, rest)


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


@dataclass(frozen=True)
class _Reader:
    """What texts are read with: the release's words, its rule, and the patterns of sentences that tell of counts."""

    names: Names
    rule: Rule
    said: re.Pattern[str]
    words: Guard
    share: re.Pattern[str]
    rate: re.Pattern[str]

    def figures(self, page: Page, text: str, rest: str) -> Iterator[Figure]:
        """The figures of a text, of which `rest` is what no fact's statement says."""
        where = f"{page.name}, text: {opening(text)}"
        for found in self.said.finditer(rest):
            figure = _counted(page, where, found, self.names, self.rule)
            if figure is not None:
                yield figure
        left = self.said.sub("", rest)
        if self.names.guarded:
            yield from self._few(page, where, left)
            yield from self._of_bases(where, left)
            yield from self._rates(page, where, left)
        for number, one in enumerate(printed(left), 1):
            cell = f"number {number}"
            if one.value is None:
                yield Figure(where, cell, one.text, COUNT, where, cell, "", "", *self.rule.few, True, True)
            else:
                ends = one.value - one.half, one.value + one.half
                yield Figure(where, cell, one.text, OTHER, where, cell, "", "", *ends, False, False)

    def _few(self, page: Page, where: str, text: str) -> Iterator[Figure]:
        """Small numbers of people, and numbers of them in a place, which are counts of this text alone."""
        for number, (told, value) in enumerate(self.words.few(text, page.name.startswith(LOCAL_PAGES)), 1):
            cell = f"small number {number}"
            yield Figure(where, cell, told, COUNT, where, cell, "", "", value, value, False, True)
        for number, (told, value) in enumerate(self.words.large(text), 1):
            if not self.rule.plain(value) and value not in self.names.told:
                cell, ends = f"number of people {number}", self.rule.count(value, True)
                yield Figure(where, cell, told, COUNT, where, cell, "", "", *ends, False, True)

    def _of_bases(self, where: str, text: str) -> Iterator[Figure]:
        """Parts that a share of a named base tells of, where no rounded part gives the share."""
        for number, found in enumerate(self.share.finditer(text), 1):
            if not self.words.speaks(text):
                return
            base, share = float(found["base"].replace(",", "")), printed(f"{found['share']}%")[0]
            parts = _parts(share.value - share.half, share.value + share.half, *self.rule.count(base, True))
            if not parts or any(
                _gives(part, base, share.value, share.half) for part in range(0, int(base) + 1, self.rule.base)
            ):
                continue
            cell = f"share {number}"
            yield Figure(where, cell, f"{found['share']}%", COUNT, where, cell, "", "", *parts, True, True)

    def _rates(self, page: Page, where: str, text: str) -> Iterator[Figure]:
        """The rate of a place in a text that names one place and gives one rate of a known noun."""
        found = list(self.rate.finditer(text))
        if len(found) != 1:
            return
        places = set(self.words.placed(text)) or ({page.title} if page.name.startswith("wards/") else set())
        subject = measure_labels().get((found[0]["noun"] or "").lower(), "")
        if subject and len(places) == 1:
            one, period = printed(found[0]["rate"])[0], self.names.period(self.names.audited)
            ends = one.value - one.half, one.value + one.half
            yield Figure(where, "rate", one.text, RATE, subject, "", places.pop(), period, *ends, False, True)


def _parts(least: float, most: float, low: float, high: float) -> tuple[int, int] | None:
    """The smallest and largest whole part that can be from `least` to `most` per cent of a base from `low` to `high`."""
    first, last = ceil(least * low / 100 - CLOSE), floor(most * high / 100 + CLOSE)
    return (max(first, 0), last) if first <= last and last >= 0 else None


def _gives(part: float, base: float, share: float, half: float) -> bool:
    """Whether a part of a base is a share as it is printed."""
    return bool(base) and abs(100 * part / base - share) <= half + CLOSE


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
    places = any_of([*names.wards, *filter(None, [names.area])])
    return re.compile(
        rf"(?:(?:(?P<who>{places}) had|There were|There was) )(?:(?:(?P<much>about|{FEW}) )?(?P<number>\[c\]|{NUMBER})|{NONE}) "
        rf"(?P<noun>{any_of(nouns())}) in (?P<period>{PERIOD})(?![\w-])"
    )
