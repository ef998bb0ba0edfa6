"""The attack on a release: its arithmetic, what it takes to be known, leaks planted for it to find, and its page."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srp_lib.config import load_config
from srp_lib.disclosure import MARK, Policy
from srp_lib.release.attack import Count, Range, Relation, contradicted, feasible
from srp_lib.release.attack_book import (
    COMPLEMENT,
    PLAIN,
    REVISED,
    TWO_VALUES,
    UNBASED,
    UNKNOWN_TABLE,
    UNROUNDED,
    WITHHELD,
    Book,
)
from srp_lib.release.attack_relations import knowledge
from srp_lib.release.attack_values import NO_BASE
from srp_lib.release.disclosure_page import Attack, attack, attack_figures
from srp_lib.release.released import read_release, release_files
from srp_lib.release.released_numbers import CHANGE, COUNT, OTHER, RATE, SHARE, Figure, Rule

POLICY, RULE, CONFIG = Policy(True), Rule(8, 5), load_config()
TYPES = ("bicycle_theft", "burglary", "criminal_damage_and_arson", "drugs", "other_crime", "other_theft",
         "possession_of_weapons", "public_order", "robbery", "shoplifting", "theft_from_the_person", "vehicle_crime",
         "violence_and_sexual_offences")  # fmt: skip


def by_trying(counts: Sequence[Count], relations: Sequence[Relation]) -> dict[str, Range | None]:
    """The range of each count from every combination that there is."""
    names = [count.name for count in counts]
    fits = [
        numbers
        for numbers in itertools.product(*(range(count.low, count.high + 1) for count in counts))
        if all(one.low - 1e-7 <= sum(by * numbers[names.index(name)] for name, by in one.terms) <= one.high + 1e-7 for one in relations)
    ]  # fmt: skip
    return (
        {name: (min(column), max(column)) for name, column in zip(names, zip(*fits))} if fits else dict.fromkeys(names)
    )


@st.composite
def systems(draw: st.DrawFn) -> tuple[list[Count], list[Relation], dict[str, int]]:
    """A few true counts, ranges that hold them and relations that hold between them."""
    true = dict(zip("abcd", draw(st.lists(st.integers(0, 8), min_size=2, max_size=4))))
    slack = st.integers(0, 3)
    counts = [Count(name, max(0, one - draw(slack)), one + draw(slack)) for name, one in true.items()]
    relations = []
    for _ in range(draw(st.integers(0, 3))):
        names = draw(st.lists(st.sampled_from(sorted(true)), min_size=1, unique=True))
        terms = tuple((name, draw(st.sampled_from((1.0, 1.0, -1.0, 2.0, 0.37)))) for name in names)
        value = sum(by * true[name] for name, by in terms)
        room = st.sampled_from((0.0, 0.5, 1.0, float("inf")))
        relations.append(Relation(terms, value - draw(room), value + draw(room), "drawn"))
    return counts, relations, true


@settings(deadline=None, max_examples=60)
@given(systems())
def test_ranges_are_those_of_every_combination(drawn: tuple[list[Count], list[Relation], dict[str, int]]) -> None:
    counts, relations, true = drawn
    found = feasible(counts, relations, true)
    assert found == by_trying(counts, relations)
    assert all(found[name][0] <= one <= found[name][1] for name, one in true.items())
    assert contradicted(counts, relations) == ()


@settings(deadline=None, max_examples=12)
@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=3, max_size=7))
def test_true_counts_of_a_protected_table_are_always_inside(rows: list[list[int]]) -> None:
    cells = {f"{at},{to}": number for at, row in enumerate(rows) for to, number in enumerate(row)}
    totals = {f"row {at}": sum(row) for at, row in enumerate(rows)}
    shown = {name: POLICY.count(number) for name, number in (cells | totals).items()}
    counts = [Count(name, one.low, one.high) for name, one in shown.items()]
    relations = [
        Relation((*((f"{at},{to}", 1.0) for to in range(4)), (f"row {at}", -1.0)), 0, 0, "row") for at in range(len(rows))
    ]  # fmt: skip
    for to, column in enumerate(zip(*rows)):
        relations.append(
            Relation(tuple((f"{at},{to}", 1.0) for at in range(len(rows))), sum(column), sum(column), "column")
        )
    found = feasible(counts, relations, cells)
    assert all(found[name][0] <= number <= found[name][1] for name, number in cells.items())
    part = feasible(counts, relations, cells, lambda low, high: high > low)
    assert all(found[name][0] <= part[name][0] <= part[name][1] <= found[name][1] for name in cells)
    assert all((part[name][0] == part[name][1]) == (found[name][0] == found[name][1]) for name in cells)


def test_a_contradiction_touches_only_what_it_is_tied_to() -> None:
    counts = [Count(name, 1, 7) for name in "abcd"]
    tied = [Relation((("a", 1.0), ("b", 1.0)), 20, 20, "too much"), Relation((("c", 1.0), ("d", 1.0)), 3, 3, "fits")]
    assert feasible(counts, tied, "abc") == {"a": None, "b": None, "c": (1, 2)}
    even = [Relation((("a", 2.0), ("b", 2.0)), 5, 5, "no whole numbers")]
    assert feasible(counts, even, "ac") == {"a": None, "c": (1, 7)}
    assert contradicted(counts, tied) == (0,) and contradicted(counts, even) == (0,)


def test_sure_relations_are_given_up_last_and_fixed_counts_are_checked() -> None:
    counts = [Count("a", 0, 50), Count("b", 5, 5), Count("c", 9, 9)]
    assumed, sure = Relation((("a", 1.0),), 10, 12, "assumed"), Relation((("a", 1.0),), 40, 42, "sure", sure=True)
    assert contradicted(counts, [sure, assumed]) == (1,) and contradicted(counts, [assumed, sure]) == (0,)
    assert contradicted(counts, [Relation((("b", 1.0), ("c", 1.0)), 3, 3, "of fixed counts"), assumed]) == (0,)
    assert contradicted(counts, []) == () and feasible(counts, [], "b") == {"b": (5, 5)}
    assert feasible([], [], []) == {}


def test_what_can_not_be_asked_is_refused() -> None:
    one = Count("a", 1, 7)
    for counts, relations, wanted, said in (
        ([one, one], [], "a", "there twice"),
        ([one], [], "b", "called 'b'"),
        ([one], [Relation((("z", 1.0),), 0, 1, "")], "a", "called 'z'"),
        ([one], [Relation((), 0, 1, "")], "a", "at least one count"),
    ):
        with pytest.raises(ValueError, match=said):
            feasible(counts, relations, wanted)


# Figures made by hand, and what is planted in them.


def count(
    number: int, subject: str = "violence.hate_crime", group: str = "", place: str = "", period: str = "2020-21",
    where: str = "page.html, A table", protected: bool = True,
) -> Figure:  # fmt: skip
    """A count as a release shows it, rounded or withheld where it is protected."""
    shown = POLICY.count(number) if protected else Policy(False).count(number)
    cell = ", ".join(filter(None, (group or place or "All", period)))
    return Figure(
        where, cell, shown.text, COUNT, subject, group, place, period, shown.low, shown.high, shown.protected, protected
    )


def beside(of: Figure, kind: str, value: float, places: int, where: str = "") -> Figure:
    """A share, rate or change printed to some decimals beside the count `of`."""
    text, half = f"{value:.{places}f}", 0.5 * 10.0**-places
    ends = float(text) - half, float(text) + half
    return replace(
        of,
        where=where or of.where,
        cell=f"{of.cell}, {kind}",
        text=text,
        kind=kind,
        low=ends[0],
        high=ends[1],
        withheld=False,
    )


def base(number: int, where: str, subject: str = "violence.hate_crime", **more: object) -> Figure:
    """The denominator of a key fact."""
    return replace(count(number, subject, where=where, **more), cell="denominator")


def found(figures: Iterable[Figure], earlier: Sequence[Figure] | None = None) -> Attack:
    """What the attack works out; that figures by hand are exact where they should be rounded is left aside."""
    result = attack_figures(tuple(figures), CONFIG, earlier)
    return replace(result, leaks=tuple(leak for leak in result.leaks if leak.kind not in (PLAIN, UNROUNDED)))


def named(attacked: Attack) -> set[str]:
    return {f"{leak.where} {leak.cell}" for leak in attacked.leaks}


def parts(numbers: dict[str, int], **more: object) -> list[Figure]:
    return [count(number, group=f"strand: {name}", **more) for name, number in numbers.items()]


def test_a_margin_left_is_found() -> None:
    safe = parts({"Race": 320, "Faith": 3, "Other strands": 4})
    assert found([*safe, count(327)]).passed
    told = [*safe[:1], replace(safe[0], protected=False, text="320", low=320, high=320), *safe[1:]]
    exact = [
        count(327, protected=False),
        count(322, group="strand: Race", protected=False),
        *parts({"Other strands": 5}),
    ]
    assert named(found(exact)) == {"page.html, A table strand: Other strands, 2020-21"}
    assert found([*told, count(327)]).attacked == {WITHHELD: 2}


def test_a_margin_of_wards_is_found_only_where_the_list_is_whole() -> None:
    wards = {"Hill": 40, "Vale": 63, "Green": 118, "Lane": 3}
    page = [count(number, "overview.drugs", place=name) for name, number in wards.items()]
    exact = [replace(one, low=wards[one.place], high=wards[one.place]) for one in page[:3]]
    borough = count(sum(wards.values()), "overview.drugs", protected=False)
    assert found([*page, borough]).passed
    assert named(found([*exact, page[3], borough])) == {"page.html, A table Lane, 2020-21"}
    assert found([*exact[1:], page[3], borough]).passed  # Hill is not in the table: it can hold the rest


def test_neighbourhoods_are_summed_to_their_ward() -> None:
    page = "07_neighbourhoods.html, Drugs by neighbourhood"
    cells = {"001A": 40, "001B": 60, "002A": 100}
    of = {"001A": "Hill", "001B": "Hill", "002A": "Vale"}
    places = [
        replace(count(number, "overview.drugs", place=f"LSOA {code}", where=page), cell=f"{of[code]} ({code}), Count")
        for code, number in cells.items()
    ]
    wards = [count(number, "overview.drugs", place=name, where="06_wards.html, Drugs") for name, number in (("Hill", 100), ("Vale", 100))]  # fmt: skip
    known = knowledge([*places, *wards, count(200, "overview.drugs", protected=False)])
    sums = {relation.why: relation for relation in known.relations}["neighbourhoods that make up a ward"]
    assert len(sums.terms) in (2, 3) and "Vale" in sums.terms[0][0]
    assert not known.unused


def test_a_rate_to_too_many_decimals_is_found() -> None:
    fact = "key_facts.csv, wards.hill.drugs_rate"
    few, people = (
        count(3, place="Hill", where=fact),
        base(5817, fact, "residents", place="Hill", period="mid-2020", protected=False),
    )
    many = beside(few, RATE, 1000 * 3 / 5817, 8)
    assert named(found([few, people, replace(many, cell="value")])) == {f"{fact} Hill, 2020-21"}
    assert found([few, people]).passed
    shown = count(43, place="Hill", where=fact)
    assert found([shown, people, replace(beside(shown, RATE, 1000 * 45 / 5817, 8), cell="value")]).exact == 0
    assert found([shown, people, replace(beside(shown, RATE, 1000 * 43 / 5817, 8), cell="value")]).exact == 1


def test_a_rate_beside_a_withheld_count_fails_even_where_its_base_is_not_in_the_release() -> None:
    few = count(3, place="Hill")
    result = found([few, beside(few, RATE, 0.5, 1)])
    assert [leak.kind for leak in result.leaks] == [UNBASED] and result.unused == {NO_BASE: 1}


def test_a_percentage_with_a_known_base_is_found() -> None:
    whole, few = count(110), count(5, group="strand: Faith")
    assert found([whole, few]).passed
    assert named(found([whole, few, beside(few, SHARE, 100 * 5 / 110, 1)])) == {
        "page.html, A table strand: Faith, 2020-21"
    }


def test_a_complement_is_found() -> None:
    fact = "key_facts.csv, violence.hate_crime.charged_share"
    whole = base(58, fact, protected=False)
    part = replace(count(55, group="ending: charged", where=fact), cell="numerator")
    value = replace(beside(part, SHARE, 100 * 55 / 58, 1), cell="value")
    result = found([replace(part, text="55", low=55, high=55), whole, value])
    assert [(leak.where, leak.kind) for leak in result.leaks] == [(fact, COMPLEMENT)]
    rounded = replace(beside(part, SHARE, 100 * 55 / 60, 1), cell="value")
    assert found([part, base(58, fact), rounded]).passed
    assert not found(
        [part, base(58, fact), value]
    ).passed  # a share of the counts as they are, and not as they are shown


def test_a_difference_between_two_releases_is_found() -> None:
    few = count(4, period="ye-2021-03")
    told = replace(count(40), text="4", low=4, high=4)
    assert found([few]).passed and found([told]).passed
    assert named(found([few], [told])) == {"page.html, A table All, ye-2021-03"}
    assert named(found([told], [few])) == {"earlier release: page.html, A table All, ye-2021-03"}
    longer, shorter = count(97, period="2020-21"), count(93, period="2020-21 less 2020-11")
    exact = [replace(longer, low=97, high=97), replace(shorter, low=93, high=93)]
    result = found(exact[:1], exact[1:])
    assert [leak.kind for leak in result.leaks] == [COMPLEMENT] and result.earlier
    assert found(exact[:1]).passed and found([longer], [shorter]).passed


def test_months_of_one_release_tell_a_year_of_another() -> None:
    months = [replace(count(9, period=f"2020-{number:02d}"), low=9, high=9) for number in range(4, 13)]
    late = [replace(count(9, period=f"2021-{number:02d}"), low=9, high=9) for number in (1, 2)]
    year, last = replace(count(103), low=103, high=103), count(4, period="2021-03")
    assert found([*months, *late, last]).passed
    assert named(found([*months, *late, last], [year])) == {"page.html, A table All, 2021-03"}


def test_a_type_left_out_is_found() -> None:
    exact = [replace(count(50, f"overview.{slug}", place="Hill"), low=50, high=50) for slug in TYPES[:-1]]
    few = count(3, f"overview.{TYPES[-1]}", place="Hill")
    whole = replace(count(603, "overview.recorded_crime", place="Hill"), low=603, high=603)
    assert named(found([*exact, few, whole])) == {"page.html, A table Hill, 2020-21"}
    assert [leak.kind for leak in found([*exact, whole]).leaks] == [COMPLEMENT]
    joint = count(53, f"overview.{TYPES[0]}+{TYPES[-1]}", place="Hill")
    assert found([*exact[1:], joint, few]).passed
    told = found([*exact, few, replace(joint, low=53, high=53)])
    assert named(told) == {"page.html, A table Hill, 2020-21"}


def test_an_interval_of_the_true_count_is_found() -> None:
    from srp_lib.rates import count_interval

    fact = "key_facts.csv, violence.hate_crime.count"
    for true, told in ((45, 0), (43, 1)):
        low, high = count_interval(true)
        value = replace(count(43, where=fact), cell="value")
        ends = [
            replace(value, cell=name, kind=OTHER, text=str(end), group=f"{name} limit", low=float(end), high=float(end))
            for name, end in (("lower", low), ("upper", high))
        ]
        assert found([value, *ends]).exact == told


def test_figures_that_published_counts_give_say_nothing_new() -> None:
    whole, part, then = count(110), count(43, group="strand: Race"), count(57, group="strand: Race", period="2019-20")
    figures = [whole, part, then, beside(part, SHARE, 100 * 45 / 110, 1), beside(part, CHANGE, 100 * 45 / 55 - 100, 1)]
    known = knowledge(figures)
    assert not any("known" in relation.why for relation in known.relations)
    more = knowledge([*figures[:-1], beside(part, CHANGE, 100 * 43 / 57 - 100, 3)])
    assert sum("known" in relation.why for relation in more.relations) == 2


def test_what_was_revised_or_differs_is_not_used() -> None:
    few = count(4)
    revised = found([few], [count(12)])
    assert revised.passed and revised.unused == {REVISED: 1}
    differs = found([few, count(40, where="other.html, B")])
    assert differs.passed and differs.unused == {TWO_VALUES: 1}
    months = [count(40, period=f"2020-{number:02d}") for number in range(4, 7)]
    wrong = found([*months, count(10, period="2020-21Q1")])
    assert wrong.passed and wrong.unused == {"months that make up a longer period": 1}


def test_people_and_residents_are_not_summed_over_months() -> None:
    for subject in ("violence.hate_crime.victims", "residents"):
        figures = [count(9, subject, period=code) for code in ("2020-04", "2020-05", "2020-06", "2020-21Q1")]
        assert not knowledge(figures).relations


def test_zero_is_no_secret_and_open_counts_are_not_attacked() -> None:
    open_counts = [count(number, period=code, protected=False) for number, code in ((3, "2020-04"), (2, "2020-05"))]
    assert found(open_counts).attacked == {} and "none to work out" in found(open_counts).verdict
    zero = parts({"Race": 0, "Faith": 40, "Other strands": 4})
    assert found([*zero, count(44)]).attacked == {WITHHELD: 1}


# What is planted in the bytes of a small release.

HEADS = ("id", "statement", "value", "lower", "upper", "numerator", "denominator", "unit", "period", "comparator_value",
         "comparator_numerator", "comparator_period", "definition", "disclosure")  # fmt: skip
PROTECTED, HIDDEN, OPEN = "protected: rounded", "protected: a count is shown as [c]", "as published"
STREET = (
    "Street-level rows of crime type 'Drugs' that the area's own police force recorded and whose LSOA is in the area"
)
VICTIMS = "distinct victims of offences with cse = Y"
LINES = (
    ("overview.drugs.count", "Rotherham had 393 drug offences in 2020-21.", 393, 393, "", "drug offences", STREET, OPEN),
    ("children.cse.count", "There were about 245 offences.", 245, 245, "", "offences", "Number of offences with cse = Y", PROTECTED),
    ("children.cse.repeat_share", "", "", "", 245, "%", f"{VICTIMS}, twice = Y, over {VICTIMS}. The number in the share is from 1 to 7", HIDDEN),
    ("wards.hill.drugs_count", "Hill had [c] drug offences in 2020-21.", "", "", "", "drug offences", f"{STREET} whose neighbourhood is counted in Hill", HIDDEN),
    ("wards.hill.drugs_rate", "", "", "", 9127, "per 1,000", f"{STREET} whose neighbourhood is counted in Hill, over residents (mid-2020)", HIDDEN),
    ("wards.vale.drugs_count", "", 40, 40, "", "drug offences", f"{STREET} whose neighbourhood is counted in Vale", PROTECTED),
)  # fmt: skip
SEEN = '<p>Rank: 1 is the highest. 5 wards and 2 more files in each of the three years; 1 of 12 months lacks. To protect people, 1 to 7.</p><p>It takes 3 years to tell a lasting hot spot from a new one, and there are 2.</p>'  # fmt: skip


def facts_of(**changed: dict[str, object]) -> str:
    """key_facts.csv of the small release, with some cells of some facts `changed` and others added."""
    told = io.StringIO()
    writer = csv.DictWriter(told, HEADS, lineterminator="\n")
    writer.writeheader()
    for line in LINES:
        id, statement, value, part, base_, unit, definition, disclosure = line
        row = {"id": id, "statement": statement, "value": value, "numerator": part, "denominator": base_, "unit": unit,
               "period": "2020-21", "definition": definition, "disclosure": disclosure}  # fmt: skip
        writer.writerow(row | changed.get(id.replace(".", "_"), {}))
    return told.getvalue()


def table(caption: str, columns: str, *rows: str, note: str = "") -> str:
    """A table of a page, its cells parted by bars."""
    head = "".join(f"<th>{cell}</th>" for cell in columns.split("|"))
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split('|'))}</tr>" for row in rows)
    return f"<table><caption>{caption}</caption><tr>{head}</tr>{body}</table>" + (f'<p class="note">{note}</p>' if note else "")  # fmt: skip


WARDS = table("Drugs by ward, Rotherham, 2020-21", "Ward|Count|Per 1,000|Smoothed", "Hill|[c]|–|–", "Vale|40|4.0|4.1")
SAFE_PAGES = {
    "06_wards.html": WARDS + SEEN,
    "02_children.html": "<p>Victims of child sexual exploitation: about 245 in 2020-21; 49% of the 245 were girls.</p>",
}


def planted(page: str, html: str, **changed: dict[str, object]) -> Attack:
    """The attack on the small release with something more on one of its pages, or with other key facts."""
    files = {"key_facts.csv": facts_of(**changed), **SAFE_PAGES}
    files[page] = f"<h1>Hill</h1><h2>Part</h2>{files.get(page, '')}{html}"
    return attack_figures(read_release(files, 8, 5), CONFIG)


def test_the_small_release_is_safe() -> None:
    assert planted("01_overview.html", "").leaks == ()
    assert planted(
        "06_wards.html", "<p>Hill has 7 neighbourhoods and is 1 of 25 wards, with 264,984 residents.</p>"
    ).passed
    assert planted("01_overview.html", "<p>Rotherham had 393 drug offences in 2020-21, 7 of them at one station.</p>").passed  # fmt: skip


AGES = "Victims of child sexual exploitation by age and sex, Rotherham, 2020-21"
PLANTS = {
    "a fact's small count": ("01_overview.html", "", {"children_cse_count": {"value": "4", "numerator": "4"}}, PLAIN),
    "a ward's small count": ("06_wards.html", WARDS.replace("[c]", "7"), {}, PLAIN),
    "a new table's count": ("02_children.html", table(AGES, "Age|Females|Males", "0 to 9|5|40"), {}, PLAIN),
    "by a word of the caption": ("02_children.html", table("Victims of child sexual exploitation by nationality, Rotherham, 2020-21", "Nationality|Count|Share", "Other|3|5%", note="As recorded."), {}, PLAIN),
    "not rounded": ("06_wards.html", WARDS.replace("40", "41"), {}, UNROUNDED),
    "a mark in an unknown table": ("06_wards.html", table("Ward and sex", "Ward|Women|Men|All", "Hill|[c]|21|24", "All|20|40|60"), {}, WITHHELD),
    "an unknown table": ("01_overview.html", table("Shops by size", "Shop|Staff", "Corner|12"), {}, UNKNOWN_TABLE),
    "an unknown table of wards": ("01_overview.html", table("Shops by size", "Ward|Shops", "Hill|2"), {}, PLAIN),
    "an unknown column": ("06_wards.html", table("Drugs by ward, Rotherham, 2020-21", "Ward|Count|Smoothed|Charged", "Vale|40|4.1|2"), {}, UNKNOWN_TABLE),
    "digits in a sentence": ("06_wards.html", "<p>Of these, Hill had 7.</p>", {}, PLAIN),
    "words in a sentence": ("01_overview.html", "<p>Hill had seven drug offences that year.</p>", {}, PLAIN),
    "a number that a cell has too": ("06_wards.html", table("Actions due", "Action|Days", "One|7") + "<p>Drugs in Hill: 7 (2020-21).</p>", {}, PLAIN),
    "a protected noun": ("01_overview.html", "<p>Only 4 of the victims of child sexual exploitation were repeat victims.</p>", {}, PLAIN),
    "a page of one ward": ("wards/hill.html", "<p>Drugs: 7 offences.</p>", {}, PLAIN),
    "a drawing": ("06_wards.html", "<svg><text>Drugs, Hill, 2020-21: 7</text></svg>", {}, PLAIN),
    "what is outside a ward": ("01_overview.html", "<p>Outside Hill there were 386 drug offences.</p>", {}, UNROUNDED),
    "a share of a named base": ("02_children.html", "<p>1.63% of the 245 victims of child sexual exploitation came back.</p>", {}, WITHHELD),
    "a rate of a ward": ("06_wards.html", "<p>Hill had 0.767 drug offences for every 1,000 residents in 2020-21.</p>", {}, WITHHELD),
    "a rate to few digits": ("01_overview.html", "", {"wards_hill_drugs_rate": {"value": "0.767"}}, WITHHELD),
    "a share whose part is not printed": ("01_overview.html", "", {"children_cse_repeat_share": {"value": "1.632653061"}}, COMPLEMENT),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTS)
def test_a_leak_planted_in_the_bytes_is_found_by_name(name: str) -> None:
    page, html, changed, kind = PLANTS[name]
    result = planted(page, html, **changed)
    assert kind in {leak.kind for leak in result.leaks} and not result.passed
    assert all(leak.where and leak.cell for leak in result.leaks) and name not in result.html()


def test_a_partnership_release_prints_counts_as_they_are() -> None:
    files = {"key_facts.csv": facts_of().replace("protected", "exact").replace("[c]", "7"), **SAFE_PAGES}
    files["06_wards.html"] = WARDS.replace("[c]", "7") + "<p>Hill had 7.</p>" + table("New", "Ward|Count", "Hill|3")
    assert attack_figures(read_release(files, 8, 5), CONFIG).leaks == ()


# The page.


def test_the_page_lists_cells_without_their_values() -> None:
    exact = [
        count(327, protected=False),
        count(322, group="strand: Race", protected=False),
        *parts({"Other strands": 5}),
    ]
    result = found(exact)
    page = result.html()
    table = re.search(r"<table.*?</table>", page, re.S)[0]
    assert "strand: Other strands, 2020-21" in table and "page.html, A table" in table
    assert not re.search(r">\s*5\s*<|1 to 7.*1 to 7", table)
    assert "tried 1 count, and found one of which too much can be told" in page and "was refused" in page
    assert "one cell" in result.refusal and result.text().count("\n") == 1
    assert not re.search(r"<(script|style|img)|style=|<h1", page)


def test_the_page_of_a_safe_release_says_what_was_done() -> None:
    result = found([*parts({"Race": 320, "Faith": 3, "Other strands": 4}), count(327)])
    page = result.html()
    assert result.passed and "tried" in page and "refused" not in result.verdict
    assert "What must be mended" not in page and "No earlier report" in page and result.title in page + result.title
    assert "Other pages: tables, charts and sentences" in page
    for heading in ("What was attacked", "How", "What was read", "What this does not show"):
        assert f"<h2>{heading}</h2>" in page


def test_places_that_can_not_be_read_fail_the_release() -> None:
    result = attack_figures((count(40),), CONFIG, None, ("page.html, B: Row",))
    assert not result.passed and result.leaks == () and "one place" in result.refusal
    assert "page.html, B: Row" in result.html() and "not read: page.html, B: Row" in result.text()


def test_a_wider_threshold_is_harder_to_pass() -> None:
    whole, few = count(40, protected=False), count(5, group="strand: Faith")
    figures = [whole, few, count(35, group="strand: Other strands")]
    assert attack_figures(figures, replace(CONFIG, narrowest_range=5)).passed
    assert not attack_figures(figures, replace(CONFIG, narrowest_range=6)).passed


# The sample's own release.


@pytest.fixture(scope="module")
def sample(sample_report: Path) -> tuple[Figure, ...]:
    return read_release(release_files(sample_report), RULE.smallest, RULE.base)


def test_the_sample_withstands_the_attack(sample: tuple[Figure, ...]) -> None:
    result = attack_figures(sample, CONFIG)
    assert result.leaks == () and result.attacked[WITHHELD] > 5 and result.attacked[COMPLEMENT] > 500
    assert sum(result.relations.values()) > 300


def test_a_leak_planted_in_the_sample_is_found(sample_report: Path) -> None:
    text = (sample_report / "key_facts.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    hidden = next(
        row
        for row in rows
        if row["id"].startswith("wards.") and MARK in row["disclosure"] and row["id"].endswith("_rate")
    )
    hidden["value"] = f"{1000 * 5 / float(hidden['denominator']):.8f}"
    told = io.StringIO()
    writer = csv.DictWriter(told, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    result = attack({"key_facts.csv": told.getvalue()}, CONFIG)
    stem = hidden["id"].removesuffix("_rate")
    assert {leak.where.removeprefix("key_facts.csv, ").rpartition("_")[0] for leak in result.leaks} == {stem}
    assert attack({"key_facts.csv": text}, CONFIG).passed


def test_relations_hold_for_the_true_counts(sample: tuple[Figure, ...], sample_partnership: Path) -> None:
    book = Book(RULE)
    book.read(read_release(release_files(sample_partnership), RULE.smallest, RULE.base))
    true = {key.name: one for key, one in book.known.items() if one.low == one.high}
    known = knowledge(sample)
    both = [one for one in known.counts if one.name in true]
    assert len(both) > 2000 and all(one.low <= true[one.name].low <= one.high for one in both)
    counts = [replace(one, low=int(true[one.name].low), high=int(true[one.name].high)) if one.name in true else one for one in known.counts]  # fmt: skip
    assert contradicted(counts, known.relations) == ()
