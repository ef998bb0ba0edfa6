"""Released words: whether a text speaks of few people, of a place below the borough, or of a protected subject.

A small number that is printed as it is says something of people only beside words for them. Which words those are is
told by the code lists and by the release's own facts; which small numbers of our sentences are of no people is listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from srp_lib.codelists import measures
from srp_lib.codelists.offences import objective_areas
from srp_lib.release.released_names import Names
from srp_lib.release.released_numbers import NUMBER

WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
NUMBERED = rf"(?<![\w.,])(?:\d[\d,]*(?:\.\d+)?|(?i:{'|'.join(WORDS)})\b)"
# What our sentences count that is nobody: "the three years", "5 wards", "2 more files".
UNPEOPLED = (
    r"(?:wards?|neighbourhoods?|areas?|places?|partnerships?|types?|kinds?|months?|quarters?|years?|days?|hours?|minutes?|seconds?|waves?|"
    r"surveys?|questions?|events?|meetings?|files?|tables?|sheets?|pages?|lines?|columns?|rules?|extracts?|figures?|digits|decimals?|"
    r"times|hot spots?|persistent|emerging|cooling|partners|scores?|issues?|actions?|indicators?|targets?|points?|per)(?![a-z])"
)  # fmt: skip
BETWEEN = r"(?:(?:more|other|former|single|full|whole|significant|complete|different|printable|of the|of these) )?"
TEMPLATES = re.compile(
    rf"{NUMBERED}(?: of (?:the )?\d+)? {BETWEEN}{UNPEOPLED}"
    rf"|\bnearest \d+|{NUMBERED} to \d[\d,]*(?:\.\d+)?|\b(?:[Rr]ank\w*:?|version|above|below in|near|stand(?:s|ing) as|quotient:) \d+"
    r"|\bcodes? \d[\d., and]*|\bfiles? \d[\d,: toand]*|, from \d+ files?|\bnumber \d+ out of \d+|\d+ of \d+ is number"
    r"|in single years:? [^.]*|a new one, and there are \d+|\band \d+ more\b|\d+ of them in at least|\b[Aa]ged? (?:under |over )?\d+"
    r"|elsewhere \(\d+\)|\d+\.\d+ of \d+|\d+ \((?:very )?(?:low|medium|high)\)|\d+, twice as much"
    r"|\b(?:[Aa]ctions|[Tt]argets|[Ii]ndicators)\b(?:(?!victim|suspect|offen[cd])[^.])*|\d+ more like these|^1 (?:-|less) |^\d+(?:\.\d+)?(?:: as many rows)?$"
)  # fmt: skip
PEOPLE = (
    r"(?:victims?|suspects?|offenders?|offences?|crimes?|incidents?|children|child|girls?|boys?|women|woman|men|man|"
    r"females?|males?|people|persons?|adults?)"
)
NEVER = "(?!)"  # a pattern of nothing
SENTENCES = re.compile(r"(?<=[.;!?])\s+")
OTHER_PLACES = re.compile(r"\b(?:England and|South|North|West|Mid) Wales\b")
LSOA = r"\b\d{3}[A-Z]\b|\b[EW]01\d{6}\b"
PLACED = re.compile(r"\b(?:wards?|neighbourhoods?|LSOAs?|policing localit(?:y|ies))\b", re.I)
OF_EXTRACTS = re.compile(r"(?:Exception|Warning): ")  # what rules found in whole extracts, on whatever page it stands
LOCAL_PAGES = ("06_", "07_", "wards/", "trace/06_")


@dataclass(frozen=True)
class Guard:
    """The words of one release for places below its borough, for its protected subjects and for few people."""

    places: re.Pattern[str]
    subjects: re.Pattern[str]
    digits: re.Pattern[str]
    words: re.Pattern[str]
    counts: re.Pattern[str]

    def placed(self, text: str) -> list[str]:
        """The wards and neighbourhoods that a text names."""
        return self.places.findall(OTHER_PLACES.sub("", text)) if self.places.search(text) else []

    def speaks(self, text: str) -> bool:
        """Whether a text names a place below the borough or a protected subject."""
        return bool(self.placed(text) or self.subjects.search(text))

    def guards(self, texts: Iterable[str]) -> bool:
        """Whether a table of these headings is of places below the borough or of a protected subject."""
        return any(PLACED.search(text) or self.speaks(text) for text in texts)

    def few(self, text: str, local: bool) -> Iterator[tuple[str, int]]:
        """The small whole numbers of people that a text tells: as printed, and the number.

        `local` says that all of the page is of places below the borough. Numbers of our own templates are none.
        """
        if not (self.digits.search(text) or self.words.search(text)):
            return
        here = local and not OF_EXTRACTS.match(text)
        for sentence in SENTENCES.split(text):
            if here or self.speaks(sentence):
                rest = TEMPLATES.sub(" ", sentence)
                yield from ((found[0], int(found[0])) for found in self.digits.finditer(rest))
                told = ((found["word"] or found["bare"]).lower() for found in self.words.finditer(rest))
                yield from ((word, WORDS.index(word) + 1) for word in told)

    def large(self, text: str) -> Iterator[tuple[str, float]]:
        """The numbers of people or offences in sentences that name a place below the borough: as printed, and the number."""
        for sentence in SENTENCES.split(text) if self.placed(text) else ():
            if self.placed(sentence):
                found = (one["number"] for one in self.counts.finditer(TEMPLATES.sub(" ", sentence)))
                yield from ((number, float(number.replace(",", ""))) for number in found)


def guard(names: Names, smallest: int) -> Guard:
    """The words for what a release protects, given its words and the smallest count that may be shown."""
    areas = [one for one in objective_areas().values() if one.stem in names.sensitive]
    said = {word for one in areas for word in (one.label, one.noun, one.noun.removesuffix(" offences"))}
    few = "|".join(WORDS[: smallest - 1]) or NEVER
    numbers = "|".join(str(number) for number in range(smallest - 1, 0, -1)) or NEVER
    between = r"(?:(?:of|out of) (?:the|its|their) )?(?:(?!(?:or|to|of|in|and|the)\b)[a-z-]+ ){0,4}?"
    spelt = rf"(?<!least )(?<!than )(?<!on )\b(?P<word>{few}) {between}(?:{any_of(nouns())}|{PEOPLE})\b"
    bare = rf"\b(?:had|were|was) (?P<bare>{few})(?=[.,;]|$)"
    return Guard(
        re.compile("|".join(filter(None, (any_of(names.wards, whole=True), LSOA)))),
        re.compile("|".join((*map(re.escape, sorted(said, key=len, reverse=True)), r"\b(?:victims?|suspects?)\b")), re.I),
        re.compile(rf"(?<![\w.,£+\N{{MINUS SIGN}}/-])(?:{numbers})(?![\w%/-]|[.,]\d)"),
        re.compile(f"{spelt}|{bare}", re.I),
        re.compile(rf"(?<![\w.,])(?P<number>{NUMBER}) (?:{any_of(nouns())}|(?:[a-z-]+ )?{PEOPLE})\b"),
    )  # fmt: skip


def any_of(words: Iterable[str], whole: bool = False) -> str:
    """A pattern of any of the words, the longest first; `whole` where none may go on."""
    listed = "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))
    return rf"\b(?:{listed})\b" if whole and listed else listed


def nouns() -> list[str]:
    """What the code lists call that which is counted."""
    return [one.noun for one in (*measures().values(), *objective_areas().values())]


def share_of() -> re.Pattern[str]:
    """The pattern of "1.63% of the 245 victims"."""
    return re.compile(
        rf"(?P<share>\d+(?:\.\d+)?)% of (?:the |all |its |their )?(?P<base>{NUMBER})\b(?! (?:of|to|{UNPEOPLED}))"
    )


def rate_of() -> re.Pattern[str]:
    """The pattern of "0.767 drug offences for every 1,000 residents"."""
    return re.compile(rf"(?P<rate>\d+\.\d+) (?P<noun>{any_of(nouns())})? ?(?:for every|per) 1,000\b")
