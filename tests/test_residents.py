"""The summary for residents: picked by rules, every figure a linked key fact, two sides of paper, plain words."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from srp_lib import periods, readability, render, residents
from srp_lib.residents import Held, moves, printed_lines, sections_of, summary
from srp_lib.verdicts import CHANGE, HIGHER, LOWER, MET, NOT_ON_COURSE, TOO_FEW, UNCLEAR

PERIOD = periods.parse_period("2020-21")
SUBJECT = SimpleNamespace(place="Rotherham", period=PERIOD)
PAGES = {
    "overview": "01_overview", "children": "02_protecting_vulnerable_children", "adults": "03_protecting_vulnerable_adults",
    "communities": "04_safer_stronger_communities", "violence": "05_violence_organised_crime", "voices": "11_voices",
    "priorities": "09_priorities", "performance": "10_performance",
}  # fmt: skip
LINKS = {page: f"{page}.html" for page in (*PAGES.values(), "10_performance")}
OPEN, PROTECTED = "as published", "protected: computed from counts rounded to the nearest 5"
PLAIN = {"101", "999"}  # the police's numbers are no figures


def fact(ident: str, value: float | None, unit: str = "%", **more: Any) -> dict[str, Any]:
    """The record of a key fact, with blanks where a test says nothing."""
    theme, objective, measure = ident.split(".", 2)
    page = "10_performance" if objective == "performance" else PAGES[theme]
    blank = {
        "lower": None, "upper": None, "numerator": None, "denominator": None, "statement": "", "verdict": "", "label": "",
        "disclosure": OPEN, "headline": False, "period": PERIOD.code,
    }  # fmt: skip
    known = {"id": ident, "theme": theme, "objective": objective, "value": value, "unit": unit, "notebook": page}
    return {**known, "anchor": f"fact-{ident}", **blank, **more}


def measure(stem: str, noun: str, now: float, then: float, verdict: str, **more: Any) -> list[dict[str, Any]]:
    """Count and change of a headline measure."""
    known = verdict in (HIGHER, LOWER, UNCLEAR)
    change = 100 * (now / then - 1) if known else None
    held = {"numerator": now, "denominator": then, "verdict": verdict, "headline": True, **more}
    return [fact(f"{stem}.count", now, noun, headline=True, **more), fact(f"{stem}.change", change, CHANGE, **held)]


def sample_like() -> list[dict[str, Any]]:
    """Facts such as the sample's, of every kind that the summary takes up."""
    return [
        *measure("overview.recorded_crime", "recorded crimes", 22331, 25483, LOWER),
        *measure("overview.asb", "anti-social behaviour incidents", 6832, 5600, HIGHER),
        *measure("children.cse", "child sexual exploitation offences", 250, 190, HIGHER, disclosure=PROTECTED),
        *measure("children.cce", "child criminal exploitation offences", 110, 85, UNCLEAR, disclosure=PROTECTED),
        *measure("adults.drugs", "drug offences", 599, 500, HIGHER),
        *measure("communities.anti_social_behaviour", "anti-social behaviour incidents", 6832, 5600, HIGHER),
        *measure("communities.burglary", "burglaries", 1542, 2241, LOWER),
        *measure("communities.bicycle_theft", "bicycle thefts", 58, 89, LOWER),
        *measure("violence.robbery", "robberies", 30, 40, TOO_FEW),
        *measure("violence.public_order", "public order offences", 2602, 2560, UNCLEAR),
        fact("violence.domestic_abuse.count", None, "domestic abuse offences", disclosure=PROTECTED),
        fact("overview.recorded_crime.forecast", 22331, "events", lower=19250.6, upper=25904.3),
        fact("voices.asb_problem.share", 30.0, statement="30.0% of residents said that it is a problem (300 of 1,000). It was 28.0%.", verdict=UNCLEAR, period="2021-02"),
        fact("voices.calls_101.mean_wait", 185, "seconds", statement="185 seconds to an answer (41 calls (answered))."),
        fact("voices.consultation.raised_litter", 64.3, numerator=9, denominator=14, label="Raised: Litter"),
        fact("communities.performance.burglary", 19.5, label="Burglary in homes", verdict=NOT_ON_COURSE),
        fact("communities.performance.treatment", 19.5, label="People in treatment", verdict=MET),
        *(fact(f"performance.targets.{name}", number, "targets") for name, number in (("met", 1), ("on_course", 0), ("not_on_course", 1), ("not_met", 0), ("cant_tell", 0))),
        fact("children.performance.actions_overdue", 2),
        fact("adults.performance.actions_overdue", 0),
        *(fact(f"priorities.{name}.risk", score, label=name.title()) for name, score in (("fires", 3), ("gangs", 9), ("fraud", 5), ("noise", 4))),
    ]  # fmt: skip


def text_of(html: str) -> str:
    """What the page says, without markup, every block a line."""
    return re.sub(r"<[^>]+>", "", re.sub(r"</(?:p|li|h2|h3)>", "\n", html)).replace("&#x27;", "'")


def part(html: str, heading: str) -> str:
    """One section's text."""
    return text_of(html).split(f"{heading}\n")[1].split("\nWhat ")[0]


# --- figures --------------------------------------------------------------------------------------------------


def test_every_figure_is_a_link_to_the_fact_that_has_it() -> None:
    facts = {one["anchor"]: one for one in sample_like()}
    html = summary(sample_like(), SUBJECT, LINKS).html
    links = re.findall(r'<a href="([^"#]+)#([^"]+)">([^<]+)</a>', html)
    assert len(links) > 25
    for page, anchor, words in links:
        one = facts[anchor]
        assert page == LINKS[one["notebook"]]
        held = [
            abs(one[name]) for name in ("value", "numerator", "denominator", "lower", "upper") if one[name] is not None
        ]
        for figure in re.findall(r"\d[\d,.]*", words):
            assert any(abs(float(figure.replace(",", "")) - number) <= 0.5 for number in held), (anchor, words)
    unlinked = re.sub(r"<a [^>]+>.*?</a>", "", html)
    text = re.sub(
        r"(?:[A-Z][a-z]+ \d{4} to )?[A-Z][a-z]+ \d{4}",
        "",
        text_of(unlinked).replace(PERIOD.label, "").replace("Covid-19", ""),
    )
    ages = re.search(r"Reading age of this summary: about (\d+), and of its hardest sentence about (\d+)", html)
    assert ages and set(re.findall(r"\d+", text)) == PLAIN | set(ages.groups())


def test_rounded_figures_are_about_and_withheld_ones_are_left_out() -> None:
    html = text_of(summary(sample_like(), SUBJECT, LINKS).html)
    assert (
        "Child sexual exploitation offences rose by about 32%, to about 250. There were about 190 a year before."
        in html
    )
    assert "Burglaries fell by 31%, to 1,542. There were 2,241 a year before." in html
    assert "omestic abuse" not in html and "Some figures are left out" in html
    exact = [one for one in sample_like() if one["disclosure"] == OPEN]
    assert "Some figures are left out" not in text_of(summary(exact, SUBJECT, LINKS).html)


def test_each_verdict_has_its_place_and_the_most_events_come_first() -> None:
    html = summary(sample_like(), SUBJECT, LINKS).html
    changed, same, unknown = (
        part(html, name) for name in ("What changed", "What did not clearly change", "What we can't tell")
    )
    assert changed.index("Burglaries") < changed.index("Bicycle thefts") and "obberies" not in changed
    assert "Public order offences went from 2,560 to 2,602." in same and "Recorded" not in same
    assert "Too few to say if they changed: robberies." in unknown
    assert changed.count("nti-social behaviour incidents") == 1  # once, though two pages have it


def test_what_was_told_and_what_comes_next() -> None:
    html = summary(sample_like(), SUBJECT, LINKS).html
    told, ahead = part(html, "What residents told us"), part(html, "What happens next")
    assert "In February 2021, 30.0% of residents said that it is a problem. That is no clear change." in told
    assert "300" not in told and "28" not in told and "185 seconds to an answer." in told
    assert "9 of 14 events raised litter." in told
    assert "Going by past years, we expect 19,251 to 25,904 recorded crimes in April 2021 to March 2022." in ahead
    assert "Actions in our plan that are late: 2 (children)." in ahead
    assert "Partners rank these risks highest: gangs, fraud and noise." in ahead


def test_targets_are_counted_and_those_behind_are_named() -> None:
    html = summary(sample_like(), SUBJECT, LINKS).html
    told = part(html, "How we did against our targets")
    assert "Met: 1. On course: 0. Not on course: 1." in told and "Burglary in homes: not on course." in told
    assert "People in treatment" not in told
    bare = [one for one in sample_like() if one["objective"] != "targets"]
    assert "How we did against our targets" not in summary(bare, SUBJECT, LINKS).html


def test_what_shook_the_figures_comes_before_them() -> None:
    changed = part(summary(sample_like(), SUBJECT, LINKS).html, "What changed")
    assert changed.index("Covid-19 pandemic") < changed.index("Recorded crimes fell")
    later = SimpleNamespace(place="Rotherham", period=periods.parse_period("2024-25"))
    assert "Covid" not in summary(sample_like(), later, LINKS).html


def test_a_short_list_has_the_largest_rise_and_the_largest_fall() -> None:
    facts = [
        one
        for number in range(6)
        for one in measure(f"communities.fall{number}", f"falls of kind {number}", 1000 - number, 3000, LOWER)
    ]
    facts += measure("communities.rise", "rises", 60, 40, HIGHER)
    told = part(summary(facts, SUBJECT, LINKS).html, "What changed")
    assert told.index("Rises rose") < told.index("Falls of kind 5 fell") < told.index("Falls of kind 4 fell")


def test_of_two_counts_of_much_the_same_one_is_told() -> None:
    facts = [*sample_like(), *measure("communities.asb", "incidents reported", 9882, 8100, HIGHER)]
    assert "9,882" not in text_of(summary(facts, SUBJECT, LINKS).html)
    alone = [one for one in facts if one["objective"] != "asb" or one["theme"] == "communities"]
    assert "9,882" in text_of(summary(alone, SUBJECT, LINKS).html)


def test_issues_raised_as_often_as_the_last_that_is_told_are_told_too() -> None:
    raised = [
        fact(f"voices.consultation.raised_{name}", number, "events", numerator=number, denominator=9, label=f"Raised: {name.title()}")
        for name, number in (("litter", 4), ("speeding", 4), ("noise", 4), ("dogs", 1))
    ]  # fmt: skip
    told = part(summary(raised, SUBJECT, LINKS).html, "What residents told us")
    assert "4 of 9 events raised litter; speeding; noise." in told and "dogs" not in told


def test_a_change_over_fewer_months_than_the_count_is_owned_up_to() -> None:
    facts = measure("overview.recorded_crime", "recorded crimes", 20000, 25000, LOWER)
    said = "Where a month is missing, we leave it out of both years."
    assert said not in text_of(summary(facts, SUBJECT, LINKS).html)
    html = summary([{**facts[0], "value": 22331}, facts[1]], SUBJECT, LINKS).html
    assert said in text_of(html) and "to 20,000" in text_of(html)
    assert re.search(r"recorded_crime\.change\">20,000<", html)


# --- what is lacking ------------------------------------------------------------------------------------------


def test_open_data_alone_make_a_summary_that_says_what_is_lacking() -> None:
    facts = [
        one
        for one in sample_like()
        if one["theme"] in ("overview", "communities")
        and one["disclosure"] == OPEN
        and ".performance." not in one["id"]
    ]
    html = summary(facts, SUBJECT, {**LINKS, "00_data_quality": "00_data_quality.html"}).html
    assert "We have no survey, no calls and no meetings" in part(html, "What residents told us")
    assert 'No figures on children. <a href="02_protecting_vulnerable_children.html">' in html
    assert "late" not in part(html, "What happens next") and "Children" not in part(html, "What changed")
    assert "There is nothing to list here." in part(html, "What did not clearly change")


def test_without_a_year_before_levels_are_given_and_no_change() -> None:
    facts = measure("overview.recorded_crime", "recorded crimes", 24240, 0, "")
    html = summary(facts, SUBJECT, LINKS).html
    assert "There were 24,240 recorded crimes." in part(html, "What changed")
    assert "No figures to compare with: recorded crimes." in part(html, "What we can't tell")
    empty = summary([], SUBJECT, LINKS)
    assert residents.NO_FIGURES in text_of(empty.html) and empty.reading_age <= 13


def test_facts_of_pages_that_the_report_lacks_are_left_out() -> None:
    held = Held(sample_like(), {"01_overview": "01_overview.html"})
    assert {one.noun for one in moves(held)} == {"recorded crimes", "anti-social behaviour incidents"}
    assert not held.named(r"voices\..+") and held.get("communities.burglary.count") is None
    assert held.get("overview.asb.count")["value"] == 6832


def test_nothing_late_is_said_only_where_actions_were_supplied() -> None:
    assert "No action in our plan is late." in text_of(
        summary([fact("adults.performance.actions_overdue", 0)], SUBJECT, LINKS).html
    )
    assert "in our plan" not in text_of(summary([], SUBJECT, LINKS).html)


# --- length and words -----------------------------------------------------------------------------------------


def crowded() -> list[dict[str, Any]]:
    """Far more than two sides can hold."""
    long = "offences of a kind whose name is as long as any that the plan has for what it counts"
    many = [
        one for theme in ("children", "adults", "communities", "violence") for number in range(12)
        for one in measure(f"{theme}.kind_{number}", f"{long} {number} {theme}", 900 + number, 600, (HIGHER, UNCLEAR)[number % 2])
    ]  # fmt: skip
    targets = [
        fact(f"adults.performance.i{number}", 1.0, label=f"The share of {long} {number}", verdict=NOT_ON_COURSE)
        for number in range(12)
    ]
    said = f"12.5% of residents said this of {long}."
    return [
        *sample_like(),
        *many,
        *targets,
        *(fact(f"voices.q{number}.share", 12.5, statement=said) for number in range(9)),
    ]


@pytest.mark.parametrize("facts", [sample_like(), crowded()], ids=["sample-like", "crowded"])
def test_the_summary_keeps_to_two_sides_and_passes_every_check_of_a_page(facts: list[dict[str, Any]]) -> None:
    held = Held(facts, LINKS)
    lengths = [printed_lines(sections_of(held, SUBJECT, depth)) for depth in residents.DEPTHS]
    assert lengths == sorted(lengths, reverse=True) and min(lengths) <= residents.LINES
    made = summary(facts, SUBJECT, LINKS)
    taken = next(depth for depth, lines in zip(residents.DEPTHS, lengths) if lines <= residents.LINES)
    assert "".join(one.html() for one in sections_of(held, SUBJECT, taken)) in made.html
    page = render.Page(made.title, "Rotherham", PERIOD.label, PERIOD.span, "Partnership", "public")
    assert "<h1>A summary for residents</h1>" in render.shell(made.html, page)


def test_a_depth_tells_at_most_so_many_of_a_theme() -> None:
    held = Held(crowded(), LINKS)
    changed = sections_of(held, SUBJECT, 2)[0]
    assert [len(items) for name, items in changed.lists if name in ("Children", "Adults at risk")] == [2, 2]


def test_it_can_be_read_from_the_age_of_thirteen_and_says_by_what_measure() -> None:
    made = summary(sample_like(), SUBJECT, LINKS)
    assert 7 <= made.reading_age <= 13
    said = text_of(made.html)
    assert f"Reading age of this summary: about {made.reading_age:.0f}, and" in said and f", by {made.method}." in said
    assert "Flesch-Kincaid" in made.method


def test_chance_is_explained_once_and_recorded_crime_is_put_in_its_place() -> None:
    said = text_of(summary(sample_like(), SUBJECT, LINKS).html)
    assert said.count("Figures go up and down by chance.") == 1
    assert "not accredited official statistics" in said and "Much crime is never reported." in said


# --- readability ----------------------------------------------------------------------------------------------


def test_the_reading_age_is_the_grade_of_flesch_and_kincaid_and_five() -> None:
    grade = 0.39 * 6 + 11.8 * 6 / 6 - 15.59
    for text in ("The cat sat on the mat.", "The cat sat on the mat", " The  cat sat on the mat! "):
        assert readability.reading_age([text]) == pytest.approx(grade + 5, abs=0.051)
    two = ["The cat sat on the mat.", "Dogs bark."]
    assert readability.reading_age(two) == pytest.approx(0.39 * 4 + 11.8 * 8 / 8 - 15.59 + 5, abs=0.051)


def test_marks_and_figures_make_no_words_or_sentences_of_their_own() -> None:
    plain = readability.reading_age(["Crime fell by 1234 to 5678 last year."])
    assert readability.reading_age(["Crime fell by 1,234% – to 5.678, last year."]) == plain
    assert readability.sentences_of("It fell by 1.5%. Why? Nobody knows.") == [
        "It fell by 1.5%.",
        "Why?",
        "Nobody knows.",
    ]
    with pytest.raises(ValueError, match="at least one sentence"):
        readability.reading_age(["...", ""])
