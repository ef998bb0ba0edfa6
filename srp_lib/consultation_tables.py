"""Tables and facts of the consultation: who was heard, how, and what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from srp_lib import wording
from srp_lib.codelists.consulted import consulted_groups
from srp_lib.consultation import EXTRACT, METHODS, POPULATION, Consultation, Raised
from srp_lib.display import DASH, NOTHING, Notice, Table
from srp_lib.estimates import Estimate
from srp_lib.facts import KeyFact
from srp_lib.record_facts import counted
from srp_lib.used import DENOMINATOR, Used

COUNT = "count; no interval, as events are all counted"
EVENTS = "as counted: events, not people"
NOT_KNOWN = "Not known"
UNASKED = "No event of {period} is in the extract consultation, so it shows nobody as heard."


def facts(consultation: Consultation) -> tuple[KeyFact, ...]:
    """Participants, events and public meetings of the twelve months."""
    shown = consultation.policy.count(int(consultation.participants.sum()))
    when, level = _when(consultation), consultation.evidence.config.confidence
    found = counted(shown, "participants", level)
    found = found if found.value is None else replace(found, lower=None, upper=None, method=COUNT)
    people = _fact(
        consultation, "participants", f"{wording.upper_first(shown.words('people'))} took part in {_made_up(consultation)} (whoever came twice is counted twice).",
        found, "Participants of consultation events", consultation.used(consultation.events),
    )  # fmt: skip
    people = replace(people, disclosure=consultation.policy.treatment(shown.protected))
    events, meetings = consultation.held, len(consultation.meetings)
    told = f"{_events(events)} took place in {when}."
    public = f"{wording.upper_first(wording.number_word(meetings))} meeting{'' if meetings == 1 else 's'} in {when} {'was' if meetings == 1 else 'were'} open to anybody."
    return (
        people,
        _fact(
            consultation, "events", told, _counted(events, "events"), "Consultation events", consultation.used(consultation.events)
        ),
        _fact(
            consultation, "public_meetings", public, _counted(meetings, "meetings"),
            "Consultation events marked as a public meeting or, where they are not marked, meetings with the general public; at least one participant",
            consultation.used(consultation.meetings),
        ),
    )  # fmt: skip


def heard(consultation: Consultation) -> Table | Notice:
    """Participants of each group beside the group's share of the borough."""
    if not consultation.held:
        return Notice(UNASKED.format(period=_when(consultation)), "missing")
    rows = tuple(_heard_row(consultation, name) for name in consultation.participants.index)
    people = consultation.evidence.denominator(consultation.period) if _has_people(consultation) else None
    base = f" Shares of the borough are of the {people.label} population estimates." if people else ""
    beside = (
        " Groups from which a small one could be worked out are withheld with it."
        if consultation.policy.protects
        else ""
    )
    note = (
        "Those who come forward are no sample of a group, and one person can belong to several. Not known: the population estimates have "
        f"age and sex alone.{base} {consultation.policy.note}{beside}"
    ).strip()
    columns = ("Group", "Events", "Participants", "Share of participants", "Share of the borough")
    return Table(f"Who took part in consultation, {consultation.period.label}", columns, rows, note)


def not_heard(consultation: Consultation, surveyed: Mapping[str, str] | None = None) -> Notice:
    """The groups that a partnership is expected to hear and that no event of the extract was with.

    `surveyed` has, for those whom surveys heard, which survey and which answers.
    """
    if not consultation.missing:
        return Notice("Each group that the partnership is expected to hear is in the extract.")
    text = (
        f"Of the {wording.number_word(len(consultation.expected))} groups that the partnership is expected to hear, no participant of "
        f"{'this one' if len(consultation.missing) == 1 else 'these'} is in the extract:"
    )
    known, told = consulted_groups(), surveyed or {}
    items = tuple(
        wording.upper_first(f"{name}: {_why(known[name].source)}")
        + (f". Surveys did hear them: {told[name]}" if name in told else "")
        for name in consultation.missing
    )
    return Notice(text, "caveat", items)


def unheard_words(consultation: Consultation) -> str:
    """Whom no event was held with, and from whom nobody came, for the page's first words; blank where all were heard."""
    if not consultation.held or not consultation.missing:
        return ""
    none = list(consultation.unvisited)
    empty = [name for name in consultation.missing if name not in none]
    parts = (
        f"No consultation event was held with {wording.listed(none, 'or')}." if none else "",
        f"Nobody came to the event{'' if len(empty) == 1 else 's'} held with {wording.listed(empty)}." if empty else "",
    )  # fmt: skip
    return " ".join(filter(None, parts))


def methods(consultation: Consultation) -> Table | Notice:
    """How many events there were of each method."""
    if not consultation.held:
        return NOTHING
    counts = consultation.events["method"].value_counts()
    names = (*METHODS, *sorted(set(counts.index) - set(METHODS)))
    rows = tuple((wording.upper_first(name), str(int(counts.get(name, 0)))) for name in names)
    return Table(f"Consultation events by method, {consultation.period.label}", ("Method", "Events"), rows)


def raised_facts(consultation: Consultation) -> tuple[KeyFact, ...]:
    """For each issue raised how many events raised it, over those that raised anything: a full count, not a sample."""
    return tuple(_raised_fact(consultation, one) for one in consultation.raised)


def raised(consultation: Consultation) -> Table | Notice:
    """What was asked for, by how many events, and whether it is in the plan; carries the key facts."""
    if not consultation.raised:
        return NOTHING if not consultation.held else Notice("No event of the extract has a priority that was raised.")
    made = raised_facts(consultation)
    rows = tuple(_raised_row(consultation, one) for one in consultation.raised)
    anchors = tuple(("", "", fact.anchor, "", "") for fact in made)
    note = (
        f"Of {_events(consultation.speaking).lower()} that raised anything; an event counts once for an issue. Matched to the plan's "
        "objective areas by name: an issue in other words stands as emerging. What events raise is not what residents at large would."
    )
    columns = ("Issue", "In the plan", "Events", "Put first by", "Groups")
    return Table(f"What was asked to come first, {consultation.period.label}", columns, rows, note, made, anchors)


def raised_by_group(consultation: Consultation) -> Table | Notice:
    """The issues that each group raised, by how many of its events."""
    if not consultation.raised:
        return NOTHING
    groups = [
        name for name in consultation.participants.index if any(name in one.groups for one in consultation.raised)
    ]
    rows = tuple((wording.upper_first(name), _issues(consultation, name)) for name in groups)
    return Table(f"What each group asked for, {consultation.period.label}", ("Group", "Issues (events)"), rows)


def most_raised(consultation: Consultation) -> str:
    """The issue that most events raised, as a sentence; blank where none was."""
    if not consultation.raised:
        return ""
    top = consultation.raised[0].events
    names = [_in_sentence(one) for one in consultation.raised if one.events == top]
    if len(names) > 3:
        return f"No issue stood out: {len(names)} were raised by {wording.number_word(top)} event{'' if top == 1 else 's'} each."
    each = " each" if len(names) > 1 else ""
    return f"Raised most often: {wording.listed(names)}, at {top} of {consultation.speaking} events{each}."


def _heard_row(consultation: Consultation, name: str) -> tuple[str, ...]:
    share, group = consultation.shares.get(name), consulted_groups().get(name)
    places = consultation.policy.places
    own = f"{wording.decimal(share.value, places)}%" if share and share.value is not None else DASH
    of_borough = consultation.borough_share(group) if group else None
    told = NOT_KNOWN if of_borough is None else f"{wording.decimal(of_borough)}%"
    events = int((consultation.events["group"] == name).sum())
    return (
        wording.upper_first(name),
        str(events),
        consultation.shown(name),
        own,
        "Everybody" if group and group.whole else told,
    )


def _raised_row(consultation: Consultation, one: Raised) -> tuple[str, ...]:
    share = f"{one.events} of {consultation.speaking}"
    groups = wording.upper_first(wording.listed(list(one.groups)))
    return one.label, "Yes" if one.planned else "Emerging", share, str(one.first), groups


def _raised_fact(consultation: Consultation, one: Raised) -> KeyFact:
    found = replace(_counted(one.events, "events"), denominator=float(consultation.speaking))
    where = "" if one.planned else ", which no objective area of the plan has by that name"
    statement = (
        f"{wording.number_word(one.events)} of the {wording.number_word(consultation.speaking)} consultation events of {_when(consultation)} that raised "
        f"anything raised {_in_sentence(one)}{where}."
    )
    definition = "Consultation events that raised the issue; the denominator is the events that raised any"
    used = consultation.used(consultation.events.iloc[list(one.rows)]) + consultation.used(
        consultation.outspoken, DENOMINATOR
    )
    return _fact(
        consultation, f"raised_{one.slug}", wording.upper_first(statement), found, definition, used, f"Raised: {one.label}"
    )  # fmt: skip


def _issues(consultation: Consultation, group: str) -> str:
    own = sorted((one for one in consultation.raised if group in one.groups), key=lambda one: -one.groups[group])
    return "\n".join(f"{one.label} ({one.groups[group]})" for one in own)


def _fact(
    consultation: Consultation, name: str, statement: str, estimate: Estimate, definition: str, used: Used, label: str = "",
) -> KeyFact:  # fmt: skip
    return KeyFact(
        f"voices.{EXTRACT}.{name}", statement, estimate, consultation.period.code, definition, (EXTRACT,),
        disclosure=EVENTS, label=label or f"Consultation: {name.replace('_', ' ')}", rows=used,
    )  # fmt: skip


def _counted(number: int, unit: str) -> Estimate:
    """A count of what was held, which chance has no part in."""
    return Estimate(float(number), None, None, float(number), None, unit, COUNT)


def _made_up(consultation: Consultation) -> str:
    """The events that people took part in, and of which kind the one was that most took part in."""
    held, when = consultation.attended, _when(consultation)
    if not held:
        return f"consultation in {when}"
    most = f", most of them in one {consultation.largest}" if consultation.largest else ""
    return f"{_events(held).lower()} in {when}{most}"


def _has_people(consultation: Consultation) -> bool:
    return POPULATION in consultation.evidence.intake.extracts


def _in_sentence(one: Raised) -> str:
    return f"“{one.label}”"


def _why(source: str) -> str:
    return source[:1].lower() + source[1:]


def _when(consultation: Consultation) -> str:
    label = consultation.period.label
    return f"the {label}" if label.startswith("year") else label


def _events(number: int) -> str:
    return f"{wording.upper_first(wording.number_word(number))} consultation event{'' if number == 1 else 's'}"
