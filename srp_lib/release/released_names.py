"""Released names: which number a caption, a heading, a definition or a label of a release speaks of.

Pages and key_facts.csv are of our own making, so their grammar is known: the nouns of captions are those of the code
lists, and a fact's definition says what it counts in the words that every fact of the same rows has.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from srp_lib import periods
from srp_lib.codelists import ASB, measures
from srp_lib.codelists.offences import objective_areas
from srp_lib.wording import slug_of, upper_first

STREET = "overview"
RESIDENTS = "residents"
ALL_WARDS, UNALLOCATED = "All wards", "Unallocated"
PARTNERS = " (partners' records)"
TOGETHER = "Other types together"
COLUMN_NAMES = {"group": "offence group", "subgroup": "offence subgroup", "hate_strands": "strand"}
HEADED_NAMES = {"kind of exploitation": "exploitation type"}
RECORDS_OF = {"distinct victims": ".victims", "victims": ".victim_records", "distinct suspects": ".suspects", "suspects": ".suspect_records"}  # fmt: skip
_PEOPLE = re.compile(r"(?P<who>(?:distinct )?(?:victims|suspects)) of (?P<rest>.+)", re.S)
_LSOA = re.compile(r"\b(\d{3}[A-Z](?:, \d{3}[A-Z])*)\b")
_MARKED = re.compile(r"(?:,? (?:many visitors|rough fit))+$")


@dataclass(frozen=True)
class Key:
    """What a number is of, as far as a row, a column or a caption says it; two of them are put together with +."""

    kind: str = ""
    subject: str = ""
    group: str = ""
    place: str = ""
    period: str = ""

    def __add__(self, other: Key) -> Key:
        """Both together: the other's words where it has any, and both groups."""
        group = "; ".join(filter(None, (self.group, other.group)))
        first = {name: getattr(other, name) or getattr(self, name) for name in ("kind", "subject", "place", "period")}
        return Key(group=group, **first)


@dataclass
class Names:
    """The words of one release.

    `texts` has the subject of each area's definition, `wards` their names, `together` the subjects of several types
    counted as one, `missing` the months that the street-level files lack, `sensitive` the areas and `protected` the subjects
    and groups of protected counts, `open` those that a fact says are not, and `told` the numbers of such facts.
    `guarded` says that the release protects any, `residents` which estimate the rates of places are over, `audited`
    the release's period and `area` its area. `questions` has what a survey's fact asks, and `measured` what each fact is of, by id.
    """

    texts: dict[str, str] = field(default_factory=dict)
    wards: set[str] = field(default_factory=set)
    together: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    sensitive: set[str] = field(default_factory=set)
    protected: set[tuple[str, str]] = field(default_factory=set)
    open: set[tuple[str, str]] = field(default_factory=set)
    told: set[float] = field(default_factory=set)
    guarded: bool = False
    residents: str = ""
    audited: str = ""
    area: str = ""
    questions: dict[str, str] = field(default_factory=dict)
    measured: dict[str, Key] = field(default_factory=dict)

    def text(self, text: str) -> Key:
        """What a definition's words count: "distinct victims of offences with cse = Y, sex recorded, sex = F"."""
        text = text[:1].lower() + text[1:]
        found = _PEOPLE.fullmatch(text)
        suffix, rest = (RECORDS_OF[found["who"]], found["rest"]) if found else ("", text)
        known = max((one for one in self.texts if rest == one or rest.startswith(f"{one}, ")), key=len, default="")
        if known:
            return Key(subject=self.texts[known] + suffix, group=conditions(rest[len(known) + 2 :]))
        head, _, more = rest.partition(", ")
        alone = self.texts.get(f"offences with {more}") if head == "all recorded offences" and not suffix else None
        return Key(subject=alone) if alone else Key(subject=slug_of(head) + suffix, group=conditions(more))

    def label(self, text: str) -> str:
        """The subject that a label or a noun at the head of a caption or a row stands for; empty for any other text."""
        if text.endswith(PARTNERS):
            return area_labels().get(text.removesuffix(PARTNERS).lower(), "")
        low = text.lower()
        return area_nouns().get(low) or self.street(text) or area_labels().get(low, "")

    def street(self, text: str) -> str:
        """The subject of a published crime type, or of several together, by its label or noun; empty for another text."""
        return self._together(text) if text.startswith(TOGETHER) else measure_labels().get(text.lower(), "")

    def _together(self, text: str) -> str:
        listed = re.fullmatch(rf"{TOGETHER} \((.+)\)", text)
        if listed:
            return types_together(re.split(r", | and (?=[a-z]+(?: |$))", listed[1]))
        return next(iter(self.together)) if len(self.together) == 1 else ""

    def place(self, text: str) -> str:
        """A ward or a neighbourhood as every table calls it: without what makes it doubtful, an LSOA by its number."""
        plain = _MARKED.sub("", text)
        found = _LSOA.search(plain)
        return f"LSOA {found[1]}" if found else plain

    def period(self, label: str) -> str:
        """The code of a period as a street-level count of it has it: less the months that the files lack."""
        code = period_code(label)
        return less(code, [month for month in months_of(code) if month in self.missing])

    def compared(self, label: str, number: int) -> str:
        """The code of a period of which `number` of months are compared with the same of the year before."""
        before = tuple(periods.shift_month(month, -12) for month in months_of(period_code(label)))
        return self.same(label, (code_of(before),), number)

    def same(self, label: str, labels: Collection[str], number: int) -> str:
        """The code of a period of which the same `number` of months as of `labels` count."""
        code, months = period_code(label), months_of(period_code(label))
        gone = {
            month[-2:] for one in (label, *labels) for month in months_of(period_code(one)) if month in self.missing
        }
        left_out = [month for month in months if month[-2:] in gone]
        if len(months) - len(left_out) == number:
            return less(code, left_out)
        return f"{code}, same {number} months"


def is_local(subject: str, place: str) -> bool:
    """Whether a count is of a place below the borough, and so protected: none of residents, of other areas or of files."""
    open_ = subject == RESIDENTS or subject.startswith(("c2.", "rows.")) or place.startswith("partnership: ")
    return bool(place) and place != ALL_WARDS and not open_


def conditions(text: str) -> str:
    """Conditions of a definition as a group: "sex recorded, sex = F" is "sex: F"."""
    parts = [part for part in text.split(", ") if part]
    named = {part.partition(" = ")[0] for part in parts if " = " in part}
    kept = [part for part in parts if not (part.endswith(" recorded") and part.removesuffix(" recorded") in named)]
    return "; ".join(_condition(part) for part in kept)


def _condition(part: str) -> str:
    column, equals, value = part.partition(" = ")
    return f"{COLUMN_NAMES.get(column, column.replace('_', ' '))}: {upper_first(value)}" if equals else part


def breakdown(heading: str, value: str) -> str:
    """A group of one column: its name as a definition has it, and the category."""
    name = heading.lower()
    return f"{HEADED_NAMES.get(name, name)}: {value}"


@lru_cache(4096)
def period_code(label: str) -> str:
    """The code of a period as a caption, a column or a fact names it; empty for a text that is none."""
    text = label.strip()
    ending = re.fullmatch(r"[Yy]ear ending ([A-Z][a-z]+ \d{4})", text)
    if ending:
        last = _month(ending[1])
        return code_of(periods.month_range(periods.shift_month(last, -11), last)) if last else ""
    span = re.fullmatch(r"(?P<first>[A-Z][a-z]+(?: \d{4})?)(?: to (?P<last>[A-Z][a-z]+ \d{4}))?", text)
    if span:
        last = _month(span["last"] or span["first"])
        first = _month(span["first"]) or _month(f"{span['first']} {last[:4]}") if last else ""
        return code_of(periods.month_range(first, last)) if first and last else ""
    found = periods.read_period(text)
    return code_of(found.months) if found else ""


def code_of(months: Sequence[str]) -> str:
    """The one code of a run of months: a month, a quarter, a financial year, twelve months ending, or first to last."""
    if len(months) <= 1:
        return months[0] if months else ""
    first, last = months[0], months[-1]
    year, number = periods.financial_year(first), int(first[-2:])
    if len(months) == 12:
        clear = number == 4 and not re.fullmatch(periods.MONTH, year)
        return year if clear else f"ye-{last}"
    if len(months) == 3 and number % 3 == 1:
        return f"{year}Q{(number - 4) // 3 % 4 + 1}"
    return f"{first} to {last}"


@lru_cache(4096)
def months_of(code: str) -> tuple[str, ...]:
    """The months that a code of `code_of` stands for; none for any other text."""
    found = periods.read_period(code) if code else None
    if found and len(found.months) == 12 and re.fullmatch(periods.MONTH, code):
        return (code,)
    return found.months if found else ()


def less(code: str, left_out: Iterable[str]) -> str:
    """A period's code that owns up to the months left out: "2019-20 less 2019-07"."""
    gone = "+".join(sorted(left_out))
    return f"{code} less {gone}" if gone else code


@cache
def measure_labels() -> Mapping[str, str]:
    """The subject of each published crime type, by its label and by its noun, in small letters."""
    known = {slug: street(slug) for slug in measures()}
    return {**{one.noun: known[slug] for slug, one in measures().items()},
            **{one.label.lower(): known[slug] for slug, one in measures().items()}}  # fmt: skip


@cache
def area_labels() -> Mapping[str, str]:
    """The subject of each objective area of the plan by its label, in small letters."""
    return {one.label.lower(): one.stem for one in objective_areas().values()}


@cache
def area_nouns() -> Mapping[str, str]:
    """The subject of each objective area by its noun, in small letters."""
    return {one.noun.lower(): one.stem for one in objective_areas().values()}


def asked(survey: str, label: str) -> str:
    """The subject of a survey's question, by the survey's name and the question's label."""
    return f"survey.{slug_of(survey)}.{slug_of(label)}"


def street(slug: str) -> str:
    """The subject of a published crime type: the start of its facts' ids on the overview."""
    return f"{STREET}.{'asb' if slug == ASB else slug}"


def types_together(labels: Iterable[str]) -> str:
    """The subject of several crime types counted as one, given by their labels or the publisher's names."""
    known = {text.lower(): slug for slug, one in measures().items() for text in (one.label, *one.crime_types[:1])}
    return f"{STREET}." + "+".join(sorted(known.get(label.lower(), slug_of(label)) for label in labels))


@cache
def definitions() -> Mapping[str, str]:
    """The subject of each published crime type by its definition."""
    return {one.definition: street(slug) for slug, one in measures().items()}


def _month(text: str) -> str:
    """("March 2021") -> "2021-03"; empty for any other text."""
    name, _, year = text.partition(" ")
    return (
        f"{year}-{periods.NAMES.index(name) + 1:02d}" if name in periods.NAMES and re.fullmatch(r"\d{4}", year) else ""
    )
