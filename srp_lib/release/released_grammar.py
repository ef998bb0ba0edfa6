"""Released grammar: how the tables of a report are read, by their captions.

Each entry of `GRAMMARS` is a caption's pattern and what makes of it a `Layout`: what all of the table is of, and what a
row's heading and a column's heading add. Two cells get one name only where they are the same number by the code that
makes the tables; where that is not certain a cell is of its table alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from srp_lib import periods
from srp_lib.codelists import OUTCOME_GROUPS
from srp_lib.extracts.registry import REGISTRY
from srp_lib.page_tables import PageTable
from srp_lib.release.released_facts import NO_PEOPLE
from srp_lib.release.released_names import (
    RESIDENTS,
    Key,
    Names,
    area_labels,
    area_nouns,
    asked,
    breakdown,
    code_of,
    measure_labels,
    months_of,
    period_code,
)
from srp_lib.release.released_numbers import CHANGE, COUNT, OPAQUE, OTHER, RATE, SCORE, SHARE
from srp_lib.wording import slug_of

RowKey = Callable[[str], Key | None]
ColumnKey = Callable[[str], Key | None]
ABBREVIATED = {name[:3]: f"{number:02d}" for number, name in enumerate(periods.NAMES, 1)}
FULL = {name: f"{number:02d}" for number, name in enumerate(periods.NAMES, 1)}
# Rows of what was put together because it is few: never the same in two tables.
COLLECTED = ("Other offences", "Other, put together because few", "All other kinds")
WHOLE = ("All groups together",)
OUTCOME_COLUMNS = {
    "Charged": OUTCOME_GROUPS["charged"], "No suspect": OUTCOME_GROUPS["no_suspect"],
    "Marked open": OUTCOME_GROUPS["open"], "Not supplied": OUTCOME_GROUPS["unknown"],
}  # fmt: skip
ENDINGS = {"Charged or summonsed": "ending: charged", "No outcome yet": "ending: open"}
# Nouns of charts in a section that count something else than its area, and what that adds to the area's name.
THINGS = {
    "recorded relationships": ".victim_records", "recorded exploitation": ".victim_records",
    "incidents to police and council": "",
}  # fmt: skip
# Columns of tables with an objective area a row: the kind, and the fact's measure.
STAKES = {
    "Volume": (COUNT, "count"), "Harm score": (SCORE, "harm"), "Repeat victims": (SHARE, "repeat_victims_share"),
    "Vulnerable victims": (SHARE, "victims_vulnerable_share"),
}  # fmt: skip
BREAKDOWNS = {"kind of exploitation": "exploitation type", "kind": "subcategory"}
ASB_LABEL = "anti-social behaviour"
TOTAL = re.compile(r"(?!All other )(?:all|total|overall|everyone|everybody|both)\b.*|.+ total", re.I)
# Columns of known tables whose numbers count nobody, though they can be whole: ranks, rates, files, other publishers' residents.
NO_COUNTS = re.compile(
    r"Limit: .+|Rank.*|Likeness, .+|Times .+|Bytes|Covers|Files(?:, .+)?|Neighbourhoods|Difference|Scaled \(estimate\)|Residents|Design effect|Events|Base|Smoothed|Borough|Rural over .+|Difference, %|Gini.*"
)
WHERE = r", (?P<area>[^,]+), (?P<period>[^,]+)"


@dataclass(frozen=True)
class Layout:
    """How a table is read: what all of it is of, and what a row's heading and a column's heading add.

    A row or column of which None is said holds figures of no count. `known` says that the grammar knows the table,
    `counts` that a whole number in a column that is neither known nor one of `NO_COUNTS` is a count all the same.
    """

    base: Key
    row: RowKey
    column: ColumnKey
    whole: Callable[[Key], Key] = lambda key: key
    known: bool = True
    counts: bool = True

    def key(self, row: str, head: str) -> Key | None:
        """What the cell of a row in the column headed `head` is of; None where that is no count and no figure of one."""
        return self.joined(self.row(row), self.column(head))

    def joined(self, row: Key | None, column: Key | None) -> Key | None:
        """What the cell of a row and a column is of, given what each of them says."""
        return None if row is None or column is None else self.whole(self.base + row + column)


def layout_of(table: PageTable, names: Names) -> Layout:
    """How a table is read, by its caption; one of no known caption is read as one of its own."""
    for pattern, read in GRAMMARS:
        found = pattern.fullmatch(table.caption)
        made = read(found, table, names) if found else None
        if made is not None:
            return made
    return alone(table)


def alone(table: PageTable) -> Layout:
    """A table of which nothing is known: counts of its own by row and column, one called total or all being the whole."""

    def row(text: str) -> Key | None:
        return Key() if TOTAL.fullmatch(text) else Key(group=f"row: {text}")

    def column(head: str) -> Key | None:
        return plain(head) or Key(COUNT, group="" if TOTAL.fullmatch(head) else f"column: {head}")

    return Layout(Key(subject=f"{OPAQUE}{own(table)}"), row, column, known=False)


def own(table: PageTable) -> str:
    """The subject of what is of one table alone."""
    return f"{table.page}, {table.heading}, {table.caption}"


def plain(head: str) -> Key | None:
    """What a column adds by its heading alone; None for limits, ranks and verdicts."""
    bare = re.sub(r", (?:same )?\d+ months$", "", head)
    if bare in ("Count", "Offences", "Crimes"):
        return Key(COUNT)
    if bare.startswith("Per "):
        return Key(RATE)
    if bare == "Share" or bare.startswith("Share of"):
        return Key(SHARE)
    return Key(CHANGE) if bare.startswith("Change") else None


def nothing(text: str) -> Key | None:
    """A row or column that adds nothing."""
    return Key()


def none_of_people(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """A table of ranks, scores, ratios or plans: no count of people, but for cells that hold a fact."""
    return Layout(Key(), lambda text: None, lambda head: None, counts=False)


def _changes(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Changes of published crime types on the year before."""
    same = re.match(r"the same (\d+) months of ", found["basis"])
    period = names.compared(names.audited, int(same[1])) if same else names.period(names.audited)
    return Layout(Key(period=period), lambda text: _street(text, names), plain)


def _types(found: re.Match[str], table: PageTable, names: Names) -> Layout | None:
    """Published crime types, a row each, of the borough or, on a ward's own page, of the ward."""
    if table.columns[0] not in ("Type", "What", "Group"):
        return None
    place = table.title if table.columns[0] == "What" else ""
    shares = {head: Key(SHARE, group=breakdown("outcome", outcome)) for head, outcome in OUTCOME_COLUMNS.items()}

    def column(head: str) -> Key | None:
        some = re.fullmatch(r"Change, same (\d+) months", head)
        moved = Key(CHANGE, period=names.compared(found["period"], int(some[1]))) if some else None
        return shares.get(head) or moved or plain(head)

    base = Key(place=place, period=names.period(found["period"]))
    return Layout(base, lambda text: _street(text, names), column)


def _street(text: str, names: Names) -> Key | None:
    """A row of a published crime type."""
    subject = names.street(text)
    return Key(subject=subject) if subject else None


def _two_years(found: re.Match[str], table: PageTable, names: Names) -> Layout | None:
    """Months as rows, the period and the year before as columns."""
    subject = names.label(found["label"]) or _thing(found["label"], table)

    def row(text: str) -> Key | None:
        return Key(group=FULL[text]) if text in FULL else None

    base = Key(COUNT, subject)
    return Layout(base, row, _whole_period, _within) if table.columns[0] == "Month" else None


def _all_years(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Financial years as rows, months or quarters as columns."""
    subject = names.label(found["label"]) or _thing(found["label"], table)

    def column(head: str) -> Key | None:
        first = ABBREVIATED.get(head[:3])
        return Key(group=first) if first else None

    return Layout(Key(COUNT, subject), _whole_period, column, _within if found["step"] == "month" else _quarter_within)


def _whole_period(text: str) -> Key | None:
    """A row or column of a period, of which each cell is a part."""
    code = period_code(text)
    return Key(period=code) if code else None


def _within(key: Key) -> Key:
    """A cell of a table of months by periods: its month."""
    month = next((one for one in months_of(key.period) if one.endswith(f"-{key.group}")), "")
    return replace(key, group="", period=month)


def _quarter_within(key: Key) -> Key:
    """A cell of a table of quarters by years: its quarter, from its first month."""
    first = _within(key).period
    return replace(key, group="", period=code_of(periods.month_range(first, periods.shift_month(first, 2))))


def _last_outcome(found: re.Match[str], table: PageTable, names: Names) -> Layout | None:
    subject = measure_labels().get(found["noun"])
    base = Key(subject=subject or "", period=names.period(found["period"]))
    return Layout(base, lambda text: Key(group=breakdown("outcome", text)), plain) if subject else None


def _by_category(found: re.Match[str], table: PageTable, names: Names) -> Layout | None:
    """Partners' records by a column of theirs: count and share of each category."""
    if table.columns[0].lower() != found["what"].lower() or table.columns[1:2] != ("Count",):
        return None
    what = found["what"].lower()
    base = Key(subject=_thing(found["noun"], table), period=period_code(found["period"]))
    return Layout(base, lambda text: Key(group=_category(BREAKDOWNS.get(what, what), text, table)), plain)


def _category(what: str, text: str, table: PageTable) -> str:
    """A category as a group; of its table alone where it collects what is few."""
    group = breakdown(what, text)
    return f"{group} ({own(table)})" if text in COLLECTED else group


def _age_and_sex(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    base = Key(subject=_thing(found["noun"], table), period=period_code(found["period"]))
    return Layout(base, lambda text: Key(group=f"age: {text}"), lambda head: Key(COUNT, group=f"sex: {head[:1]}"))


def _lag(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    base = Key(subject=_thing(found["noun"], table), period=period_code(found["period"]))
    return Layout(base, lambda text: Key(group=breakdown("report lag", text)), plain)


def _recency(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    base = Key(subject=_thing(found["noun"], table), period=period_code(found["period"]))
    return Layout(base, lambda text: Key(group=breakdown("recency", text)), plain)


def _endings(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """How offences ended, by offence group: the offences, and the shares charged and open."""
    base = Key(subject=_thing(found["noun"], table), period=period_code(found["period"]))

    def row(text: str) -> Key | None:
        return Key() if text in WHOLE else Key(group=_category("offence group", text, table))

    def column(head: str) -> Key | None:
        return Key(SHARE, group=ENDINGS[head]) if head in ENDINGS else plain(head)

    return Layout(base, row, column)


def _most(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """The neighbourhoods with the most of something, in both years."""
    base = Key(subject=area_nouns().get(found["noun"].lower()) or _thing(found["noun"], table))
    return Layout(base, lambda text: Key(place=names.place(text)), _of_years)


def _of_years(head: str) -> Key | None:
    """A column of counts of a period."""
    code = period_code(head)
    return Key(COUNT, period=code) if code else None


def _thing(noun: str, table: PageTable) -> str:
    """What a partners' table counts: an objective area's noun, its people or records, else the noun in its section."""
    low = noun.lower()
    if low in area_nouns():
        return area_nouns()[low]
    stem = area_labels().get(table.heading.lower(), "")
    if not stem:
        return own(table)
    if low in THINGS:
        return stem + THINGS[low]
    if low.startswith("recorded strands"):
        return f"{stem}.hate_strands"
    people = re.match(r"(victims|suspects) of ", low)
    return f"{stem}.{people[1] if people else slug_of(noun)}"


def _places(found: re.Match[str], table: PageTable, names: Names) -> Layout | None:
    """Count, rate and standing of each ward, neighbourhood or group of wards."""
    if "Smoothed" not in table.columns:
        return None
    base = Key(subject=names.street(found["label"]), period=names.period(found["period"]))
    return Layout(base, _place_row(table.columns[0], names), plain) if base.subject else None


def _place_row(kind: str, names: Names) -> RowKey:
    """Rows of places: wards and neighbourhoods by name, groups of wards under their kind."""
    prefix = "" if kind in ("Ward", "Neighbourhood") else f"{slug_of(kind)}: "
    return lambda text: Key(place=prefix + names.place(text))


def _place_changes(found: re.Match[str], table: PageTable, names: Names) -> Layout | None:
    """Two years of each place and the change, over the months that both have."""
    labels = [re.sub(r", same \d+ months$", "", head) for head in table.columns[1:3]]
    months = re.search(r", same (\d+) months$", table.columns[1])
    codes = {
        head: names.same(label, labels, int(months[1])) if months else names.period(label)
        for head, label in zip(table.columns[1:3], labels)
    }

    def column(head: str) -> Key | None:
        if head in codes:
            return Key(COUNT, period=codes[head])
        return Key(CHANGE, period=codes[table.columns[2]]) if head == "Change" else None

    base = Key(subject=names.street(found["label"]))
    return Layout(base, _place_row(table.columns[0], names), column) if base.subject else None


def _place_years(found: re.Match[str], table: PageTable, names: Names) -> Layout | None:
    """Counts of each place over the same months of several years."""
    subject = names.street(found["label"])
    labels = [head for head in table.columns[1:] if period_code(head)]

    def column(head: str) -> Key | None:
        if head.startswith("Change"):
            return Key(OTHER)
        if head not in labels:
            return None
        number = found.groupdict().get("number")
        return Key(COUNT, period=names.same(head, labels, int(number)) if number else names.period(head))

    kind = "former ward" if "former" in table.caption else table.columns[0]
    return Layout(Key(subject=subject), _place_row(kind, names), column) if subject else None


def _own_years(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """A ward's page: years as rows, recorded crime and anti-social behaviour as columns."""
    labels = [row[0] for row in table.rows]

    def column(head: str) -> Key | None:
        subject = names.street(head)
        return Key(COUNT, subject=subject) if subject else None

    base = Key(place=table.title)
    return Layout(base, lambda text: Key(period=names.same(text, labels, int(found["number"]))), column)


def _own_neighbourhoods(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """A ward's page: its neighbourhoods with residents, recorded crime and anti-social behaviour, each with its rate."""
    kinds: dict[str, Key | None] = {"Residents": Key(COUNT, RESIDENTS, period=names.residents)}
    subject = ""
    for head in table.columns[2:]:
        subject = names.street(head) or subject
        kinds[head] = Key(COUNT if names.street(head) else RATE, subject)
    base = Key(period=names.period(found["period"]))
    return Layout(base, _place_row("Neighbourhood", names), kinds.get)


def _balance(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Wards, unallocated and borough for every type."""
    places = {"All wards": "All wards", "Unallocated": "Unallocated", table.columns[-1]: ""}
    base = Key(period=names.period(found["period"]))
    return Layout(base, lambda text: _street(text, names), lambda head: Key(COUNT, place=places[head]))


def _rural(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Rural and urban neighbourhoods: counts and rates of both."""

    def column(head: str) -> Key | None:
        side, _, rest = head.partition(" ")
        kind = {"count": COUNT}.get(rest, RATE if rest.startswith("per ") else "")
        return Key(kind, place=f"{side} neighbourhoods") if kind else None

    return Layout(Key(period=names.period(found["period"])), lambda text: _street(text, names), column)


def _fit(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Residents of wards by the sum of their neighbourhoods and by the publisher's own estimate."""
    heads = {"Their residents": Key(COUNT, RESIDENTS, period=names.residents), "The ward's residents": Key(COUNT, RESIDENTS, "publisher's own estimate")}  # fmt: skip
    return Layout(Key(), _place_row("Ward", names), heads.get)


def _headlines(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Headline figures of a theme, or what was recorded in a quarter: a measure or an objective area a row."""
    period = found.groupdict().get("period") or names.audited

    def row(text: str) -> Key | None:
        subject = names.label(text)
        return (
            Key(subject=subject, period=_coded(subject, period, names))
            if subject
            else Key(subject=f"{own(table)}: {text}")
        )

    def column(head: str) -> Key | None:
        return plain(head) or (Key(COUNT, period=period_code(head)) if period_code(head) else None)

    return Layout(Key(), row, column)


def _coded(subject: str, period: str, names: Names) -> str:
    """A period's code as the subject's counts have it: street-level files can lack months."""
    return names.period(period) if subject.startswith("overview.") else period_code(period)


def _evidence(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Rows of objective areas, of which each column has the fact of one measure; a volume can be of published types."""
    period = period_code(found["period"])
    at = table.columns.index("Volume") if "Volume" in table.columns else 0
    volumes = {row[0]: names.street(re.sub(r"^(?:about )?[\d,]+ ", "", row[at])) for row in table.rows}

    def row(text: str) -> Key | None:
        stem = area_labels().get(re.sub(r" (?:No evidence|Emerging issue)$", "", text).lower())
        return Key(subject=stem, place=volumes.get(text, "")) if stem else None

    def whole(key: Key) -> Key:
        if key.kind == COUNT and key.place and f"{key.subject}.{key.group}" not in names.measured:
            return Key(COUNT, key.place, period=names.period(found["period"]))
        fact = names.measured.get(f"{key.subject}.{key.group}", Key(subject=f"{key.subject}.{key.group}"))
        return replace(fact, kind=key.kind, period=period)

    columns = {head: Key(kind, group=measure) for head, (kind, measure) in STAKES.items()}
    return Layout(Key(), row, columns.get, whole)


def _survey(found: re.Match[str], table: PageTable, names: Names) -> Layout | None:
    """A question of a survey: shares and bases by wave, or by group or ward in one wave."""
    if not {"Share", "Base"} <= set(table.columns):
        return None
    told = found.groupdict()
    wave = period_code(told.get("wave") or "")

    def row(text: str) -> Key | None:
        if not wave:
            return Key(period=period_code(text))
        return Key() if text == "All respondents" else Key(group=f"respondents: {names.place(text)}")

    heads = {"Share": Key(SHARE), "Base": Key(COUNT, group="answering")}
    return Layout(Key(subject=asked(told["survey"], told["label"]), period=wave), row, heads.get)


def _perceived(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """A survey's answers by ward beside the recorded rate."""
    answers = Key(subject=asked(found["survey"], found["label"]), period=period_code(found["wave"]))
    record = Key(RATE, measure_labels()[ASB_LABEL], period=names.period(found["period"]))

    def whole(key: Key) -> Key:
        return (
            key
            if key.kind == RATE
            else replace(key, place="", group="; ".join(filter(None, (f"respondents: {key.place}", key.group))))
        )

    heads = {
        "Share": answers + Key(SHARE),
        "Base": answers + Key(COUNT, group="answering"),
        "Recorded per 1,000": record,
    }
    return Layout(Key(), _place_row("Ward", names), heads.get, whole)


def _moved(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Figures of an earlier report beside this one's: counts of this table alone, as far as their unit is a count."""
    units = {row[0]: row[2].partition(" ")[0] for row in table.rows if len(row) > 2}

    def row(text: str) -> Key | None:
        unit = units.get(re.sub(r" \(row \d+\)$", "", text), "")
        return None if unit in (*NO_PEOPLE, "per", "%", "harm", "risk") else Key(group=f"row: {text}")

    heads = {head: Key(COUNT, group=f"column: {head}") for head in ("Earlier report", "This report")}
    return Layout(Key(subject=own(table)), row, heads.get, counts=False)


def _drawn(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """The wards of a chart: the recorded rate, and the share of a survey, which is told as one and is of its table alone."""
    base = Key(period=names.period(names.audited))
    heads = {head: Key(RATE, measure_labels()[ASB_LABEL]) for head in table.columns if head.startswith("Recorded ")}
    return Layout(base, _place_row("Ward", names), heads.get, counts=False)


def _waves(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Shares of many questions and waves: the share is told as one, and is of its table alone."""
    return Layout(Key(subject=own(table)), lambda text: Key(group=text), {"Share": Key(SHARE)}.get)


def _found(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """What surveys found: a question and its latest wave a row, which are those of a fact."""
    ids = {row[0]: anchors[1].removeprefix("fact-") for row, anchors in zip(table.rows, table.anchors)}
    waves = {row[0]: period_code(row[0].rpartition(", ")[2]) for row in table.rows}

    def row(text: str) -> Key | None:
        fact = names.measured.get(ids.get(text, ""))
        return replace(fact, period=waves[text]) if fact else None

    return Layout(Key(), row, {"Share": Key(SHARE), "Base": Key(COUNT, group="answering")}.get)


def _took_part(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Participants of consultation by group; one person can belong to several."""
    base = Key(subject="voices.consultation.participants", period=period_code(found["period"]))
    heads = {"Participants": Key(COUNT), "Share of participants": Key(SHARE)}
    return Layout(base, lambda text: Key(group=breakdown("group", text)), heads.get)


def _official(found: re.Match[str], table: PageTable, names: Names) -> Layout | None:
    """Street-level counts beside those of table C2, each type a row; C2 has the type's columns added up."""
    if "Table C2" not in table.columns:
        return None
    street = Key(COUNT, period=names.period(found["period"]))
    table_c2 = Key(COUNT, group="C2", period=period_code(found["period"]))

    def whole(key: Key) -> Key:
        return replace(key, group="", subject=key.subject.replace("overview.", "c2.like_", 1)) if key.group else key

    return Layout(Key(), lambda text: _street(text, names), {"Street-level": street, "Table C2": table_c2}.get, whole)


def _partnerships(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """Other areas' recorded crime by table C2: open figures of other publishers."""
    base = Key(subject="c2.total", period=period_code(found["period"]))
    heads = {"Recorded crimes": Key(COUNT), "Per 1,000": Key(RATE)}
    return Layout(base, lambda text: Key(place=f"partnership: {text}"), heads.get)


def _c2_types(found: re.Match[str], table: PageTable, names: Names) -> Layout:
    """The borough's line of table C2 by the table's own types."""
    base = Key(period=period_code(found["period"]))
    heads = {"Crimes": Key(COUNT), "Per 1,000": Key(RATE)}
    total = {"Recorded crime": "total"}
    return Layout(base, lambda text: Key(subject=f"c2.{total.get(text) or slug_of(text)}"), heads.get)


def _extract_rows(found: re.Match[str], table: PageTable, names: Names) -> Layout | None:
    """Rows of an extract, all or file by file: of partners' records they count offences or people."""
    if table.columns[0] not in ("Extract", "File and SHA-256", "Number"):
        return None
    extract = found.groupdict().get("extract")
    named = {source.title: name for name, source in REGISTRY.items()}
    files = {row[0]: row[1] for row in table.rows} if table.columns[0] == "Number" else {}

    def row(text: str) -> Key | None:
        if extract:
            return Key(subject=f"rows.{extract}", group=f"file: {files.get(text, text).split(' ')[0]}")
        return Key(subject=f"rows.{named[text]}") if text in named else None

    return Layout(Key(), row, {"Rows": Key(COUNT)}.get)


GRAMMARS = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"(?:Recorded in .+|.+) by type{WHERE}", _types),
        (r".+ by type, (?P<period>[^,]+)", _types),
        (r"How crimes ended by type, (?P<area>[^,]+), (?P<period>[^,]+)", _types),
        (r"Street-level files beside the official count, (?P<area>[^,]+), (?P<period>[^,]+)", _official),
        (r".+, (?P<period>year ending [A-Z][a-z]+ \d{4})", _official),
        (r"(?P<label>.+) by (?P<step>month|quarter), all years, (?P<area>.+)", _all_years),
        (r"(?P<label>.+) by month, (?P<area>[^,]+)", _two_years),
        (r"Change on (?P<basis>.+)", _changes),
        (r"Last outcome of (?P<noun>.+), (?P<period>[^,]+)", _last_outcome),
        (rf"(?P<noun>.+) by age and sex{WHERE}", _age_and_sex),
        (rf"(?P<noun>.+) by report lag{WHERE}", _lag),
        (rf"(?P<noun>.+), current and non-recent{WHERE}", _recency),
        (rf"How (?P<noun>.+) ended by offence group{WHERE}", _endings),
        (r"The \d+ neighbourhoods with the most (?P<noun>.+) in (?P<period>[^,]+), (?P<area>[^,]+)", _most),
        (rf"(?P<label>.+): change by (?P<kind>.+){WHERE}", _place_changes),
        (rf"(?P<label>.+) by (?P<kind>.+){WHERE}", _places),
        (rf"(?P<noun>.+) by (?P<what>[^,]+){WHERE}", _by_category),
        (r"(?P<label>.+) by (?:ward and year|the \d+ former wards), over the same (?P<number>\d+) months of each(?: year)?", _place_years),
        (r"Hot spots of (?P<label>.+), (?P<area>[^,]+), (?:the same (?P<number>\d+) months of each year|.+)", _place_years),
        (r"Over the same (?P<number>\d+) months of each year", _own_years),
        (r"Neighbourhoods counted in (?P<ward>.+), (?P<period>[^,]+)", _own_neighbourhoods),
        (r"(?:Wards, unallocated|Unallocated) and borough, (?P<period>[^,]+)", _balance),
        (rf"Rural and urban neighbourhoods{WHERE}", _rural),
        (r"Recorded crime in (?:the partnerships of .+|[^,]+ and similar areas), (?P<period>[^,]+)", _partnerships),
        (r"Recorded crime for every [\d,]+ residents, (?P<period>[^,]+)", _partnerships),
        (r"Types of crime in (?P<area>.+) beside similar areas and all others, (?P<period>[^,]+)", _c2_types),
        (r"How well neighbourhoods fit wards", _fit),
        (r"Headline figures: .+", _headlines),
        (r"What was recorded in (?P<period>.+)", _headlines),
        (rf"The evidence on each issue{WHERE}", _evidence),
        (rf"What is at stake and the year ahead{WHERE}", _evidence),
        (r"(?P<label>.+): answers by ward \((?P<survey>.+), (?P<wave>[A-Z][a-z]+ \d{4})\) beside records of (?P<period>.+)", _perceived),
        (r"What surveys found by the end of .+", _found),
        (r"Shares by question and wave", _waves),
        (r".+ that moved(?: less|, the largest revision first)", _moved),
        (r"Recorded rate and share of each ward drawn", _drawn),
        (r"(?P<label>.+) by (?:group|ward), (?P<survey>.+), (?P<wave>[A-Z][a-z]+ \d{4})", _survey),
        (r"(?P<label>.+) by wave of (?P<survey>.+)", _survey),
        (r"(?P<label>[^,:]+), (?P<survey>[^,:]+)", _survey),
        (r"Who took part in consultation, (?P<period>.+)", _took_part),
        (r"Files of (?P<extract>\w+)", _extract_rows),
        (r"Crimes assigned to no partnership, .+", none_of_people),
        (r"Extracts that the audit knows", _extract_rows),
        (
            r"Rules (?:for|of) \w+|Files that no extract took|Actions (?:by theme|overdue|due|not complete|without a measure|at risk).*|Targets (?:and actions|missed).*"
            r"|Reference numbers and what the functions give|How often \d+% intervals hold|The scale: .+|Scores of .+|Scores without evidence|Harm, likelihood and risk as scored"
            r"|Issues by risk as scored, .+|What stands beside the risk|Who scored|Reasons given for scores of .+|Mean wait for an answer on 101 \(seconds\) by month"
            r"|Share of calls to 101 .+ by month|Consultation events by method.*|What was asked to come first, .+|What each group asked for, .+"
            r"|What is asked of consultation, .+|.+: times the borough's rate.*|.+: class of the smoothed rate .+|Kinds of hot spots of .+|Neighbourhoods that held half.*"
            r"|How many of \d+ neighbourhoods held half.*|Neighbourhoods twice as vulnerable .+|Types that make up more of a ward's crime .+|Why each verdict .+|.+: indicators"
            r"|.+: targets whose time is long over|People that counts and rates imply|What each break in the series did|Crimes without a location.*|Rates per .+|Areas of the list that .+"
            r"|Partnerships that are not compared.*|Not compared|Other figures of .+ that moved by more than chance"
            r"|Counts that were attacked|Cells of which too much can be told|What ties counts together|What was read and not used|Numbers gathered from the report",
            none_of_people,
        ),
    )
)  # fmt: skip
