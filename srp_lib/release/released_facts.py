"""Released facts: the figures that a reader takes from key_facts.csv, with what each counts read from its definition."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from srp_lib.disclosure import MARK
from srp_lib.release.released_names import (
    RESIDENTS,
    Key,
    Names,
    asked,
    breakdown,
    definitions,
    period_code,
    street,
    types_together,
)
from srp_lib.release.released_numbers import CHANGE, COUNT, OTHER, RATE, SCORE, SHARE, Figure, Rule, written
from srp_lib.wording import slug_of

FILE = "key_facts.csv"
PROTECTED, JUDGED = "protected", "judgement"
SCORES = ("harm points", "risk score")
NO_PEOPLE = ("actions", "events", "meetings", "targets", "calls", "seconds", "neighbourhoods", "times")
OF_PLACES = ("% of neighbourhoods", "% of places")
SEX_OF = {"women and girls": "sex: F", "men and boys": "sex: M"}
PLACED = re.compile(r"(?P<what>.+?) whose neighbourhood is counted in (?P<place>.+?)(?:, over residents \((?P<base>.*)\)|, against the same months of the year before)?\.?", re.S)  # fmt: skip
OUTCOME = re.compile(r"(?P<what>.+), with a last outcome in the group '(?P<outcome>.+)', over all of them")
OVER_PEOPLE = re.compile(
    r"(?P<what>.+?), over the (?P<who>[a-z ]+) of the mid-year (?:population )?estimate .*?\((?P<base>mid-\d{4})"
)
REPEATED = re.compile(
    r"Distinct (?P<who>victims|suspects) of (?P=who) of (?P<what>.+) in the period with (?P<test>two or more .+), over all of them"
)
OVERREPRESENTED = re.compile(r"Share of (?P<group>.+) that are (?P<test>.+), over the same share of .+")
AMONG = re.compile(r"(?P<value>.+) among the (?P<column>\w+) of (?P<what>.+), over all (?P=column) recorded; .+")
SERVICE = re.compile(r"Services, (?P<measure>\w+), .+")
UNMET = re.compile(r"1 less the numerator over the denominator of services, (?P<measure>\w+), .+")
HARM = re.compile(r"Sum of the weights of (?P<what>.+), by offence code; weights: .+")
SURVEYED = re.compile(r"Share of respondents to the survey “(?P<survey>.+?)” counted for “.+")
PARTICIPANTS = re.compile(r"Participants of consultation events")
OFFICIAL = re.compile(
    r"(?P<noun>.+) in the area's line of table C2 of .+, over its residents \(.+ residents, (?P<base>mid-\d{4})\)"
)
COUNTED = re.compile(r"Number of (?P<what>.+?)(?:, against the same months of the year before|, in the months after the period that the extract has, .+|, over the .+)?")  # fmt: skip
MEASURED = re.compile(r".+, measured by (?P<id>[\w.]+); .+")
SAME_MONTHS = re.compile(r"the same (\d+) months of")
SOME_MONTHS = re.compile(r"the (\d+) months of .+ that the extracts have")


@dataclass(frozen=True)
class Numbers:
    """What a fact's numerator and denominator count; `base` is None where the denominator is no count."""

    of: Key
    base: Key | None = None


@dataclass(frozen=True)
class Facts:
    """The facts of a release by their ids, each with what it counts."""

    rows: Mapping[str, Mapping[str, str]]
    numbers: Mapping[str, Numbers]

    def key(self, id: str, names: Names) -> Key:
        """What a fact's own value is of."""
        row, of = self.rows[id], self.numbers[id].of
        return replace(of, kind=kind_of(row), period=of.period or periods_of(row, of, names)[0])


def read_facts(text: str, names: Names) -> Facts:
    """The facts of key_facts.csv, whose words `names` learns: the areas' texts, the wards, what is protected."""
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text))}
    names.audited = _audited(rows)
    names.guarded = any(row["disclosure"].startswith(PROTECTED) for row in rows.values())
    for row in rows.values():
        _learn(row, names)
    numbers = {id: _numbers(row, names) for id, row in rows.items() if not MEASURED.fullmatch(_definition(row))}
    for id, row in rows.items():
        found = MEASURED.fullmatch(_definition(row))
        if found:
            numbers[id] = numbers.get(found["id"]) or _named(found["id"])
    names.measured = {id: one.of for id, one in numbers.items()}
    names.protected = {
        (numbers[id].of.subject, numbers[id].of.group)
        for id, row in rows.items()
        if _is_protected(row) and not numbers[id].of.place
    }
    shown = {id: row for id, row in rows.items() if not row["disclosure"].startswith(PROTECTED)}
    names.open = {(numbers[id].of.subject, numbers[id].of.group) for id in shown if not numbers[id].of.place} - names.protected  # fmt: skip
    cells = ("value", "numerator", "denominator", "comparator_numerator")
    names.told = {float(row[cell]) for row in shown.values() for cell in cells if row[cell]}
    return Facts(rows, numbers)


def fact_figures(facts: Facts, names: Names, rule: Rule) -> Iterator[Figure]:
    """Every number of every fact: value, interval, numerator, denominator and comparator."""
    for id, row in facts.rows.items():
        yield from _Row(id, row, facts.numbers[id], names, rule).figures()


def fact_of(id: str, row: Mapping[str, str], facts: Facts, names: Names, rule: Rule) -> Iterator[Figure]:
    """The figures of one line of key facts, which need not be in key_facts.csv."""
    yield from _Row(id, row, facts.numbers.get(id) or _named(id), names, rule).figures()


def kind_of(row: Mapping[str, str]) -> str:
    """The kind of a fact's value, by its unit."""
    unit = row["unit"]
    if unit in OF_PLACES or unit.split(" ")[0] in NO_PEOPLE:
        return OTHER
    if unit in SCORES or row["disclosure"].startswith(JUDGED):
        return SCORE
    if unit.startswith("per "):
        return RATE
    return {"%": SHARE, "% change": CHANGE}.get(unit, COUNT)


def periods_of(row: Mapping[str, str], of: Key, names: Names) -> tuple[str, str]:
    """The codes of a fact's period and of its comparator ("" where it has none), as far as its numbers are of them."""
    labels = row["period"], row["comparator_period"]
    same = SAME_MONTHS.search(row["statement"])
    if same:
        now, then = (names.same(one, labels, int(same[1])) for one in labels)
        return now, then if labels[1] else ""
    if of.subject.startswith(street("")):
        return names.period(labels[0]), names.period(labels[1])
    return period_code(labels[0]) or labels[0], period_code(labels[1]) or labels[1]


@dataclass(frozen=True)
class _Row:
    """One line of key_facts.csv."""

    id: str
    row: Mapping[str, str]
    numbers: Numbers
    names: Names
    rule: Rule

    @property
    def protected(self) -> bool:
        """Whether its counts are protected."""
        return self.row["disclosure"].startswith(PROTECTED)

    @property
    def hides(self) -> bool:
        """Whether a count of it is withheld."""
        return MARK in self.row["disclosure"]

    @property
    def before(self) -> Key:
        """What the comparator is of: a target's is its agreed baseline, and no figure of the measure."""
        agreed = MEASURED.fullmatch(_definition(self.row))
        return Key(subject=f"{self.id}.baseline") if agreed else self.numbers.of

    def figures(self) -> Iterator[Figure]:
        """All its numbers."""
        kind, (now, then) = kind_of(self.row), periods_of(self.row, self.numbers.of, self.names)
        of, base = self.numbers.of, self.numbers.base
        yield from self._value(kind, now)
        if kind == COUNT:
            yield from self._figure("comparator numerator", COUNT, self.before, then)
        elif kind == CHANGE:
            yield from self._side("numerator", of, now)
            yield from self._side("denominator", of, then)
        elif kind != OTHER:
            yield from self._figure("numerator", COUNT, of, now)
            yield from self._figure("comparator numerator", COUNT, self.before, then)
            yield from self._figure("comparator value", kind, self.before, then)
        if base is not None and kind != CHANGE:
            yield from self._figure("denominator", COUNT, base, now)

    def _side(self, name: str, key: Key, period: str) -> Iterator[Figure]:
        """One of the two counts of a change; withheld where the fact hides one and this is not given."""
        if self.row[name] or not self.hides:
            yield from self._figure(name, COUNT, key, period)
        else:
            yield self._made(name, MARK, COUNT, key, period, *self.rule.few, True)

    def _value(self, kind: str, period: str) -> Iterator[Figure]:
        of = self.numbers.of
        if self.row["value"]:
            yield from self._figure("value", kind, of, period)
        elif self.hides:
            low, high = self._band() if kind != CHANGE else (None, None)
            yield self._made("value", MARK, kind, of, period, low, high, True)
            if kind == SHARE:
                yield self._made("numerator", MARK, COUNT, of, period, *self._part(), True)
        for name in ("lower", "upper"):
            if self.row[name]:
                yield from self._figure(name, OTHER, of, period)

    def _band(self) -> tuple[float | None, float | None]:
        """The band that a fact without a value gives."""
        ends = [written(self.row[name]) for name in ("lower", "upper")]
        told = [None if end is None else end.value for end in ends]
        return (told[0], told[1]) if None not in told or kind_of(self.row) != COUNT else self.rule.few

    def _part(self) -> tuple[float | None, float | None]:
        """What a share without a value says of its part: few, all but few, or nothing."""
        if "number in the share is from" in self.row["definition"]:
            return self.rule.few
        base = written(self.row["denominator"])
        if base is None:
            return 0, None
        low, high = self.rule.count(base.value, self.protected)
        outside = "number outside the share is from" in self.row["definition"]
        return (low - self.rule.few[1], high - 1) if outside else (0, high)

    def _figure(self, name: str, kind: str, key: Key, period: str) -> Iterator[Figure]:
        told = written(self.row[name.replace(" ", "_")])
        if told is None:
            return
        if kind == COUNT:
            low, high = self.rule.count(told.value, self._guarded(name, key))
        else:
            low, high = told.value - told.half, told.value + told.half
        yield self._made(name, told.text, kind, key, period, low, high, False)

    def _guarded(self, cell: str, key: Key) -> bool:
        """Whether a number is of protected counts: residents, places, what was agreed and whom services' rates are over are none."""
        agreed = cell.startswith("comparator") and key.subject.endswith(".baseline")
        rate = kind_of(self.row) == RATE and key.subject.startswith("services.")
        over = cell == "denominator" and (rate or self.row["unit"] in (*OF_PLACES, "neighbourhoods"))
        return self.protected and key.subject != RESIDENTS and not agreed and not over

    def _made(self, cell: str, text: str, kind: str, key: Key, period: str, low: float | None, high: float | None, withheld: bool) -> Figure:  # fmt: skip
        protected = self._guarded(cell, key)
        if cell in ("lower", "upper"):
            key = replace(key, group="; ".join(filter(None, (key.group, f"{cell} limit"))))
        return Figure(f"{FILE}, {self.id}", cell, text, kind, key.subject, key.group, key.place, key.period or period, low, high, withheld, protected)  # fmt: skip


def _is_protected(row: Mapping[str, str]) -> bool:
    """Whether a fact's own counts are protected."""
    return row["disclosure"].startswith(PROTECTED) and kind_of(row) in (COUNT, SHARE, RATE, CHANGE)


def _audited(rows: Mapping[str, Mapping[str, str]]) -> str:
    """The period that the release is of: that of most of its facts."""
    codes = Counter(row["period"] for row in rows.values())
    return max(codes, key=lambda code: (codes[code], code), default="")


def _learn(row: Mapping[str, str], names: Names) -> None:
    """What later words rest on: the text of an area's whole, a ward's name, types counted as one."""
    text, id = _definition(row), row["id"]
    counted = COUNTED.fullmatch(text)
    if counted and id.endswith(".count"):
        names.texts[counted["what"]] = id.removesuffix(".count")
    placed = PLACED.fullmatch(text)
    if placed and id.startswith("wards."):
        names.wards.add(placed["place"])
        names.together |= {_together(placed["what"])} if "crime types" in placed["what"] else set()
    if placed and placed["base"]:
        names.residents = placed["base"]
    if id.endswith(".count") and row["disclosure"].startswith(PROTECTED):
        names.sensitive.add(id.removesuffix(".count"))


def _numbers(row: Mapping[str, str], names: Names) -> Numbers:
    """What numerator and denominator of a fact count, from its definition; under its own id where that says nothing."""
    text = _definition(row)
    for pattern, reader in READERS:
        found = pattern.fullmatch(text) if pattern is not OVER_PEOPLE else pattern.match(text)
        made = reader(found, row, names) if found else None
        if made is not None:
            return made
    part, over, base = text.partition(", over ")
    if over and row["unit"] == "%":
        return Numbers(names.text(part), names.text(base))
    return _named(row["id"])


def _named(id: str) -> Numbers:
    """A fact under its own id: the start of it as subject and its measure as group."""
    stem, _, measure = id.rpartition(".")
    if stem == "services":
        return Numbers(Key(subject=id), Key(subject=id, group="base"))
    return Numbers(Key(subject=stem, group=measure), Key(subject=f"{id}.base"))


def _of_place(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers:
    what = found["what"]
    subject = definitions().get(what) or _together(what)
    kind = row["id"].split(".")
    place = f"{kind[1]}: {found['place']}" if kind[0] == "ward_groups" else found["place"]
    base = Key(subject=RESIDENTS, place=place, period=found["base"] or names.residents)
    return Numbers(Key(subject=subject, place=place), base)


def _of_street(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers | None:
    subject = definitions().get(found["what"])
    return Numbers(Key(subject=subject)) if subject else None


def _of_outcome(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers | None:
    subject = definitions().get(found["what"])
    outcome = breakdown("outcome", found["outcome"])
    return Numbers(Key(subject=subject, group=outcome), Key(subject=subject)) if subject else None


def _over_people(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers:
    what = found["what"].removeprefix("Number of ")
    subject = definitions().get(what)
    base = Key(subject=RESIDENTS, group=SEX_OF.get(found["who"], ""), period=found["base"])
    return Numbers(Key(subject=subject) if subject else names.text(what), base)


def _repeated(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers:
    base = names.text(f"distinct {found['who']} of {found['what']}")
    return Numbers(base + Key(group=found["test"]), base)


def _represented(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers:
    return Numbers(names.text(f"{found['group']}, {found['test']}"), names.text(found["group"]))


def _among(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers:
    of = names.text(found["what"])
    whole = replace(of, subject=f"{of.subject}.{found['column']}")
    return Numbers(whole + Key(group=breakdown("strand", found["value"])), whole)


def _surveyed(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers | None:
    heading, survey = names.questions.get(row["id"], ""), found["survey"]
    label = heading.rpartition(f" {survey}, ")[0]
    subject = asked(survey, label) if label else f"survey.{slug_of(survey)}.{row['id']}"
    return Numbers(Key(subject=subject), Key(subject=subject, group="answering"))


def _participants(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers:
    return Numbers(Key(subject=row["id"]))


def _official(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers:
    subject = f"c2.{row['id'].split('.')[1]}"
    return Numbers(Key(subject=subject), Key(subject=RESIDENTS, period=found["base"]))


def _service(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers:
    return Numbers(Key(subject=f"services.{found['measure']}"))


def _unmet(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers:
    need = Key(subject=f"services.{found['measure']}", group="need")
    return Numbers(replace(need, group="need: unmet"), need)


def _counted(found: re.Match[str], row: Mapping[str, str], names: Names) -> Numbers:
    return Numbers(names.text(found["what"]))


READERS = (
    (PLACED, _of_place), (OUTCOME, _of_outcome), (OVER_PEOPLE, _over_people), (REPEATED, _repeated),
    (OVERREPRESENTED, _represented), (AMONG, _among), (SURVEYED, _surveyed), (PARTICIPANTS, _participants), (OFFICIAL, _official), (SERVICE, _service), (UNMET, _unmet), (HARM, _counted),
    (COUNTED, _counted), (re.compile(r"(?P<what>.+?)(?:, against .+|; the twelve months after .+)?"), _of_street),
)  # fmt: skip


def _definition(row: Mapping[str, str]) -> str:
    return row["definition"].partition(" Method: ")[0].removesuffix(".")


def _together(what: str) -> str:
    """The subject of a definition of several crime types."""
    return types_together(re.findall(r"'([^']+)'", what)) or slug_of(what)
