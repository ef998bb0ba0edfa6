"""Kinds of damage to a table as a text file: encodings, separators, quotes, line ends, headers, notes around it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace

from kinds import ANY, HARMLESS, KEPT, Case, kind, refused, rule
from yard import Table, Yard

# One of each sort of table: street-level, a partner's records, a partner's figures, open tables, several headers.
MANY = (
    "street_crime", "offences", "victims", "asb_incidents", "calls_101", "surveys", "harm_weights", "lsoa21_ward",
    "lsoa11_lsoa21", "small_area_population", "recorded_crime_csp", "deprivation", "rural_urban", "ward_groups",
    "ward_population",
)  # fmt: skip
FEW = ("street_crime", "calls_101", "lsoa21_ward", "recorded_crime_csp", "ward_population")
PARTNERS = ("offences", "victims", "suspects", "asb_incidents", "missing_children", "services", "surveys", "calls_101")
WORDS_OF = {
    "street_crime": "Location",
    "offences": "offence",
    "surveys": "question",
    "lsoa21_ward": "WD24NM",
    "ward_groups": "group",
}


def with_one(yard: Yard, table: Table, data: bytes) -> dict[str, bytes]:
    """The files of a table's extract with the bytes of that table replaced."""
    return yard.files(table.extract) | {table.path: data}


def each(yard: Yard, *names: str) -> Iterator[Table]:
    """The first table of each of some extracts."""
    return (yard.one(name) for name in names)


def in_place(yard: Yard, name: str, data: bytes, wanted: str, what: str = "", beyond: str = "") -> Case:
    """A case in which the first file of an extract has other bytes."""
    return Case(name, with_one(yard, yard.one(name), data), wanted, what, beyond)


def of_table(yard: Yard, table: Table, wanted: str, what: str = "", beyond: str = "") -> Case:
    """A case in which a table stands in the place of the good one of the same path."""
    return Case(table.extract, with_one(yard, table, table.encoded()), wanted, what, beyond)


@kind("semicolons between values")
def _semicolons(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        yield in_place(yard, table.extract, table.encoded(mark=";"), refused(table.extract, "columns"))


@kind("tabs between values")
def _tabs(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        yield in_place(yard, table.extract, table.encoded(mark="\t"), refused(table.extract, "columns"))


@kind("bars between values")
def _bars(yard: Yard) -> Iterator[Case]:
    for table in each(yard, "street_crime", "offences", "surveys", "recorded_crime_csp"):
        yield in_place(yard, table.extract, table.encoded(mark="|"), refused(table.extract, "columns"))


@kind("every value quoted")
def _quoted(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        lines = [
            ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
            for row in (*table.above, table.header, *table.rows)
        ]
        yield in_place(yard, table.extract, ("\r\n".join(lines) + "\r\n").encode(), HARMLESS)


@kind("a quote that is never closed")
def _unclosed(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "offences", "surveys", "lsoa21_ward", "ward_groups"):
        table = yard.one(name)
        lines = table.encoded().split(b"\r\n")
        fields = lines[5].split(b",")
        lines[5] = b",".join([b'"' + fields[0], *fields[1:]])
        yield in_place(yard, name, b"\r\n".join(lines), ANY)


@kind("commas within values that nothing quotes")
def _unquoted(yard: Yard) -> Iterator[Case]:
    for name, column in WORDS_OF.items():
        table = yard.one(name)
        broken = table.cell(3, column, "one\0 two").encoded().replace(b"\0", b",")
        yield in_place(yard, name, broken, refused(name, "unreadable"))


@kind("curly quotes in place of straight ones")
def _curly(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "offences", "surveys", "lsoa21_ward"):
        table = yard.one(name)
        lines = ["“" + "”,“".join(row) + "”" for row in (table.header, *table.rows)]
        yield in_place(yard, name, ("\r\n".join(lines) + "\r\n").encode(), refused(name, "columns"))
    flags = yard.one("victims").changed("vulnerable", lambda values: [f"“{value}”" for value in values])
    yield of_table(yard, flags, "victims.flag_known", "round flags")


@kind("byte-order mark of UTF-8")
def _mark(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        yield in_place(yard, table.extract, b"\xef\xbb\xbf" + table.encoded(), HARMLESS)


@kind("two byte-order marks")
def _two_marks(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "offences", "lsoa21_ward"):
        data = b"\xef\xbb\xbf" * 2 + yard.one(name).encoded()
        yield in_place(yard, name, data, refused(name, "columns"))


@kind("UTF-16, with and without its mark")
def _wide(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *FEW):
        words = table.encoded().decode()
        for code in ("utf-16", "utf-16-le", "utf-16-be"):
            yield in_place(yard, table.extract, words.encode(code), refused(table.extract, "encoding"), code)


@kind("UTF-32")
def _widest(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "offences"):
        yield in_place(yard, name, yard.one(name).encoded().decode().encode("utf-32"), refused(name, "encoding"))


@kind("Windows-1252")
def _windows(yard: Yard) -> Iterator[Case]:
    for name, column in WORDS_OF.items():
        data = yard.one(name).cell(3, column, "Café – King’s Road").encoded().decode().encode("cp1252")
        yield in_place(yard, name, data, refused(name, "encoding"))


@kind("UTF-8 read as Windows-1252 and saved again")
def _spoilt(yard: Yard) -> Iterator[Case]:
    for name, column in WORDS_OF.items():
        words = "Café, King’s Road, £5".encode().decode("cp1252")
        wanted = refused(name, "unreadable")
        yield of_table(yard, yard.one(name).cell(3, column, words), wanted)


@kind("zero bytes")
def _zeros(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "offences", "lsoa21_ward", "recorded_crime_csp"):
        data = yard.one(name).encoded()
        half = len(data) // 2
        yield in_place(yard, name, data[:half] + b"\0" + data[half:], refused(name, "encoding"), "one in the middle")
        yield in_place(yard, name, data + bytes(512), refused(name, "encoding"), "a block at the end")
        yield in_place(yard, name, bytes(len(data)), refused(name, "empty"), "nothing else")


@kind("control characters in text")
def _control(yard: Yard) -> Iterator[Case]:
    for name, column in WORDS_OF.items():
        for sign in ("\x07", "\x1b[31m", "\x0b", "\x7f", "\u0085"):
            yield of_table(
                yard, yard.one(name).cell(3, column, f"High{sign} Street"), refused(name, "unreadable"), repr(sign)
            )


@kind("characters of no width in text")
def _no_width(yard: Yard) -> Iterator[Case]:
    for name, column in WORDS_OF.items():
        for sign in ("\u200b", "\ufeff", "\u00ad", "\u202e", "\u2066"):
            yield of_table(
                yard, yard.one(name).cell(3, column, f"High{sign} Street"), refused(name, "unreadable"), repr(sign)
            )
    ids = yard.one("victims").cell(4, "offence_id", yard.one("victims").rows[4][0] + "\u200b")
    yield of_table(yard, ids, refused("victims", "unreadable"), "after an identifier")


@kind("spaces around values")
def _spaces(yard: Yard) -> Iterator[Case]:
    for name in PARTNERS:
        table = yard.one(name)
        wide = replace(table, rows=tuple(tuple(f" {cell}  " if cell else cell for cell in row) for row in table.rows))
        yield of_table(yard, wide, HARMLESS)
    for name, column, wanted in (
        ("street_crime", "Crime type", "street.crime_type_known"), ("street_crime", "LSOA code", "street.lsoa_shape"),
        ("street_crime", "Reported by", "street.reported_by_known"), ("street_crime", "Last outcome category", "street.outcome_known"),
        ("street_crime", "Month", "street.month_valid"), ("street_crime", "Crime ID", "street.crime_id_shape"),
        ("lsoa21_ward", "WD24CD", HARMLESS), ("rural_urban", "RUC21CD", HARMLESS),
    ):  # fmt: skip
        yield of_table(yard, yard.one(name).changed(column, _padded), wanted, column)


def _padded(values: list[str]) -> list[str]:
    return [f"{value} " if value else value for value in values]


@kind("spaces that do not break")
def _unbreaking(yard: Yard) -> Iterator[Case]:
    for name in PARTNERS:
        table = yard.one(name)
        wide = replace(table, rows=tuple(tuple(cell.replace(" ", "\u00a0") for cell in row) for row in table.rows))
        yield of_table(yard, wide, HARMLESS, "within values")
        ends = replace(
            table, rows=tuple(tuple(f"{cell}\u00a0" if cell else cell for cell in row) for row in table.rows)
        )
        yield of_table(yard, ends, HARMLESS, "after values")
    asb = yard.one("street_crime").changed(
        "Crime type", lambda values: [value.replace(" ", "\u00a0") for value in values]
    )
    yield of_table(yard, asb, "street.crime_type_known")


@kind("line ends of two kinds in one file")
def _mixed_ends(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        if table.extract == "recorded_crime_csp":
            continue  # its header has line ends of its own
        lines = table.encoded().split(b"\r\n")
        data = b"".join(line + (b"\n" if at % 3 else b"\r\n") for at, line in enumerate(lines[:-1]))
        yield in_place(yard, table.extract, data, HARMLESS)


@kind("line ends of old Macintoshes")
def _old_ends(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "offences", "lsoa21_ward"):
        yield in_place(yard, name, yard.one(name).encoded(end="\r"), refused(name, "columns"))


@kind("blank lines between rows and below them")
def _blank_lines(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *PARTNERS, "street_crime", "lsoa21_ward", "rural_urban"):
        lines = table.encoded().split(b"\r\n")
        data = b"\r\n".join([*lines[:4], b"", *lines[4:], b"", b""])
        yield in_place(yard, table.extract, data, HARMLESS)


@kind("rows of commas alone below the table")
def _blank_rows(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *PARTNERS):
        longer = replace(table, rows=(*table.rows, *[tuple("" for _ in table.header)] * 3))
        yield of_table(yard, longer, HARMLESS)
    street = yard.one("street_crime")
    yield of_table(yard, replace(street, rows=(*street.rows, tuple("" for _ in street.header))), "street.month_valid")


@kind("nothing in the file")
def _nothing(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *FEW):
        for data in (b"", b"\r\n\r\n", b"   \n", b"\xef\xbb\xbf", b",,,\n,,,\n"):
            yield in_place(yard, table.extract, data, refused(table.extract, "empty"), repr(data))


@kind("a header and no rows")
def _header_alone(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        yield of_table(yard, replace(table, rows=()), refused(table.extract, "empty"))


@kind("no header")
def _no_header(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        if table.extract == "recorded_crime_csp":
            continue
        bare = replace(table, header=table.rows[0], rows=table.rows[1:])
        yield of_table(yard, bare, refused(table.extract, "columns"))


@kind("a title above the header")
def _title(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        wanted = HARMLESS if table.extract == "recorded_crime_csp" else refused(table.extract, "columns")
        title = (("Extract of records, run on a Monday", *("" for _ in table.header[1:])),)
        yield of_table(yard, replace(table, above=(*title, *table.above)), wanted)


@kind("two rows of header, the upper one of groups")
def _groups_above(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "offences", "surveys", "lsoa21_ward"):
        table = yard.one(name)
        groups = (tuple("Group" if at == 0 else "" for at, _ in enumerate(table.header)),)
        yield of_table(yard, replace(table, above=groups), refused(name, "columns"))


@kind("two rows of header, the lower one of labels")
def _labels_below(yard: Yard) -> Iterator[Case]:
    wanted = {
        "street_crime": "unreadable", "offences": "dates", "victims": "values", "asb_incidents": "dates",
        "surveys": "dates", "calls_101": "dates", "small_area_population": "unreadable",
    }  # fmt: skip
    for name, fault in wanted.items():
        table = yard.one(name)
        labels = tuple(f"label of {column}" for column in table.header)
        yield of_table(yard, replace(table, rows=(labels, *table.rows)), refused(name, fault))
    lookup = yard.one("lsoa21_ward")
    labels = tuple("label" for _ in lookup.header)
    yield of_table(yard, replace(lookup, rows=(labels, *lookup.rows)), "lsoa21_ward.lsoa_shape")


@kind("header again in the middle, as of files put together")
def _header_again(yard: Yard) -> Iterator[Case]:
    wanted = {
        "street_crime": "street.file_readable", "offences": "offences.file_dates", "victims": "victims.file_values",
        "calls_101": "calls_101.file_dates", "lsoa21_ward": "lsoa21_ward.lsoa_shape", "ward_groups": "ward_groups.ward_shape",
        "small_area_population": "small_area.file_readable", "harm_weights": "harm_weights.file_values",
    }  # fmt: skip
    for name, caught in wanted.items():
        table = yard.one(name)
        yield of_table(yard, replace(table, rows=(*table.rows[:9], table.header, *table.rows[9:])), caught)


@kind("a row of totals below the table")
def _totals(yard: Yard) -> Iterator[Case]:
    wanted = {
        "street_crime": "street.month_valid", "offences": "offences.date_given", "victims": "victims.person_given",
        "suspects": "suspects.person_given", "asb_incidents": "asb.date_given", "missing_children": "missing.date_given",
        "fire_incidents": "fire.date_given", "services": "services.period_given", "surveys": "surveys.wave_given",
        "calls_101": "calls_101.file_dates", "consultation": "consultation.date_given", "indicators": "indicators.theme_given",
        "actions": "actions.theme_given", "risk_scores": "risk_scores.organisation_given", "harm_weights": "harm_weights.code_given",
        "lsoa11_lsoa21": "lsoa_change.lsoa11_shape", "lsoa11_ward": "lsoa11_ward.lsoa_shape", "lsoa21_ward": "lsoa21_ward.lsoa_shape",
        "lad_csp_pfa": "partnership.lad_shape", "rural_urban": "rural_urban.file_readable", "ward_groups": "ward_groups.file_readable",
        "deprivation": "deprivation.file_readable", "recorded_crime_csp": HARMLESS, "neighbours": HARMLESS,
        "small_area_population": "small_area.file_readable", "ward_population": "ward_population.file_readable",
    }  # fmt: skip
    for name, caught in wanted.items():
        table = yard.one(name)
        total = ("Total", *("" for _ in table.header[1:]))
        yield of_table(yard, replace(table, rows=(*table.rows, total)), caught)


@kind("a row of totals with numbers in it")
def _full_totals(yard: Yard) -> Iterator[Case]:
    calls = yard.one("calls_101")
    sums = [str(sum(int(float(row[at])) for row in calls.rows)) for at in range(1, 5)]
    for first, wanted in (("Total", "calls_101.file_dates"), ("", "calls_101.month_given")):
        yield of_table(yard, replace(calls, rows=(*calls.rows, (first, *sums, "synthetic"))), wanted, first)
    areas = yard.one("small_area_population")
    sums = [str(sum(float(row[at]) for row in areas.rows)) for at in (1, 2)]
    yield of_table(yard, replace(areas, rows=(*areas.rows, ("Total", *sums, ""))), "small_area.code_shape")
    yield of_table(
        yard,
        replace(areas, rows=(*areas.rows, ("E08000018", *sums, ""))),
        "small_area.code_shape",
        "under the authority's code",
    )
    wards = yard.one("ward_population")
    whole = ("E08000018", "Rotherham", "E08000018", "264984", "synthetic")
    yield of_table(yard, replace(wards, rows=(*wards.rows, whole)), "ward_population.ward_shape")
    services = yard.one("services")
    total = tuple(
        "All providers" if name == "provider" else value for name, value in zip(services.header, services.rows[0])
    )
    why = "a provider called All providers may be one: what is counted twice so is told by no column"
    yield of_table(yard, replace(services, rows=(*services.rows, total)), "services.once_a_period", beyond=why)


@kind("notes below the table")
def _notes(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        data = table.encoded() + b"Source: records system\r\n"
        yield in_place(yard, table.extract, data, refused(table.extract, "truncated"), "of one cell")
    padded = {
        "offences": "offences.date_given", "victims": "victims.person_given", "asb_incidents": "asb.date_given",
        "surveys": "surveys.wave_given", "calls_101": "calls_101.file_dates", "lsoa21_ward": "lsoa21_ward.lsoa_shape",
        "recorded_crime_csp": HARMLESS,
    }  # fmt: skip
    for name, wanted in padded.items():
        table = yard.one(name)
        note = ("* Source: records system", *("" for _ in table.header[1:]))
        yield of_table(yard, replace(table, rows=(*table.rows, note)), wanted, "filled up with commas")


@kind("a row with a value too many")
def _long_row(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        lines = table.encoded().split(b"\r\n")
        at = len(lines) // 2
        lines[at] += b",1"
        fault = "truncated" if table.extract == "recorded_crime_csp" else "unreadable"
        yield in_place(yard, table.extract, b"\r\n".join(lines), refused(table.extract, fault))


@kind("a row with a value too few")
def _short_row(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        lines = table.encoded().split(b"\r\n")
        at = len(lines) // 2
        lines[at] = lines[at].rpartition(b",")[0]
        fault = "truncated" if table.extract == "recorded_crime_csp" else "unreadable"
        yield in_place(yard, table.extract, b"\r\n".join(lines), refused(table.extract, fault))


@kind("a comma at the end of every line")
def _last_comma(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *PARTNERS, "lsoa21_ward", "rural_urban", "street_crime"):
        longer = replace(table, header=(*table.header, ""), rows=tuple((*row, "") for row in table.rows))
        yield of_table(yard, longer, "street.exact_columns" if table.extract == "street_crime" else HARMLESS)


@kind("columns in another order")
def _reordered(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        if table.above or table.extract == "neighbours":
            continue
        turned = replace(table, header=table.header[::-1], rows=tuple(row[::-1] for row in table.rows))
        yield of_table(yard, turned, "street.exact_columns" if table.extract == "street_crime" else HARMLESS)


@kind("a column twice")
def _twice(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        if table.extract == "recorded_crime_csp":
            continue
        double = replace(
            table, header=(*table.header, table.header[0]), rows=tuple((*row, row[0]) for row in table.rows)
        )
        yield of_table(yard, double, refused(table.extract, "columns"))


@kind("header in capitals, or with spaces around it")
def _capitals(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *PARTNERS):
        loud = tuple(f" {name.upper().replace('_', ' ')} " for name in table.header)
        yield of_table(yard, replace(table, header=loud), HARMLESS)
    street = yard.one("street_crime")
    yield of_table(yard, replace(street, header=tuple(map(str.upper, street.header))), "street.exact_columns")


@kind("unseen characters in the header")
def _odd_header(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "offences", "surveys", "lsoa21_ward"):
        table = yard.one(name)
        odd = (table.header[0] + "\u200b", *table.header[1:])
        yield of_table(yard, replace(table, header=odd), refused(name, "columns"))


@kind("columns of no extract, with names of people in them")
def _more_columns(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *PARTNERS):
        more = replace(
            table, header=(*table.header, "Officer in case"), rows=tuple((*row, "A. N. Other") for row in table.rows)
        )
        yield of_table(yard, more, HARMLESS)


@kind("rows in another order")
def _resorted(yard: Yard) -> Iterator[Case]:
    for name in ("offences", "victims", "asb_incidents", "surveys", "lsoa21_ward", "rural_urban"):
        table = yard.one(name)
        yield of_table(yard, replace(table, rows=table.rows[::-1]), HARMLESS)


@kind("packed by gzip, under the name of a CSV file or its own")
def _packed(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "offences", "victims", "surveys"):
        table = yard.one(name)
        data = gzip.compress(table.encoded(), mtime=0)
        files = yard.files(name)
        yield Case(name, files | {table.path: data}, refused(name, "unreadable"), "named csv")
        del files[table.path]
        yield Case(name, files | {f"{table.path}.gz": data}, refused(name, "unreadable"), "named csv.gz")


@kind("cut off at any byte")
def _cut(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "victims", "calls_101", "lsoa21_ward", "recorded_crime_csp", "small_area_population"):
        data = yard.one(name).encoded()
        ends = sorted({*range(len(data) - 200, len(data), 29), *range(1, len(data), len(data) // 5)})
        for end in ends:
            yield in_place(yard, name, data[:end], ANY, f"after {end:,} of {len(data):,} bytes")


@kind("HTML in text")
def _html(yard: Yard) -> Iterator[Case]:
    words = '<script>alert(1)</script><img src=x onerror="alert(2)">&amp;{{7*7}}'
    for name, column in (
        ("offences", "offence"),
        ("surveys", "question"),
        ("services", "provider"),
        ("consultation", "priorities_raised"),
    ):
        yield of_table(
            yard, yard.one(name).changed(column, lambda values: [words] * len(values)), f"{KEPT}{words}", column
        )


@kind("text of 10,000 characters")
def _long(yard: Yard) -> Iterator[Case]:
    for name, column in WORDS_OF.items():
        yield of_table(yard, yard.one(name).cell(3, column, "x" * 10_001), refused(name, "unreadable"), column)
    for name in ("victims", "suspects"):
        yield of_table(yard, yard.one(name).cell(3, "offence_id", "O" * 10_000), refused(name, "unreadable"))


@kind("a spreadsheet's formulas in text")
def _formulas(yard: Yard) -> Iterator[Case]:
    for name, column in WORDS_OF.items():
        for words in ("=HYPERLINK(1)", "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "＝1+1", "\t=1+1"):
            yield of_table(yard, yard.one(name).cell(3, column, words), refused(name, "formula"), words)


@kind("the file of another extract in a partner's folder")
def _other_folder(yard: Yard) -> Iterator[Case]:
    for name, other in (("victims", "suspects"), ("fire_incidents", "asb_incidents"), ("surveys", "services")):
        yield in_place(yard, name, yard.one(other).encoded(), refused(name, "columns"), other)


@kind("cut off within the last value")
def _cut_value(yard: Yard) -> Iterator[Case]:
    for name in (
        "calls_101",
        "asb_incidents",
        "fire_incidents",
        "missing_children",
        "suspects",
        "victims",
        "harm_weights",
    ):
        data = unmarked(yard.one(name)).encoded().rstrip(b"\r\n,")
        yield in_place(yard, name, data[:-1], ANY, name)
    for name in ("ward_groups", "ward_population", "small_area_population", "rural_urban", "lsoa21_ward"):
        data = yard.one(name).encoded().replace(b",SYNTHETIC", b"").replace(b",synthetic", b"").rstrip(b"\r\n,")
        yield in_place(yard, name, data[:-1], ANY, name)


def unmarked(table: Table) -> Table:
    """A table without its last column, which is the mark of synthetic data."""
    return replace(table, header=table.header[:-1], rows=tuple(row[:-1] for row in table.rows))


@kind("no end of the last line")
def _no_end(yard: Yard) -> Iterator[Case]:
    for table in each(yard, *MANY):
        wanted = (
            refused("street_crime", "truncated")
            if table.extract == "street_crime"
            else rule(table.extract, "file_ended")
        )
        yield in_place(yard, table.extract, table.encoded().rstrip(b"\r\n"), wanted)
