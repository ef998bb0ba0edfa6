"""Voices: the page of what residents said, beside what was recorded.

A notebook opens one `Voices` and asks it for the parts of the page. A part whose extract was not supplied says which
one, and what it would show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from srp_lib import (
    call_charts,
    consultation_tables,
    duty,
    facts,
    perception,
    periods,
    survey_facts,
    survey_findings,
    survey_groups,
    tables,
    wording,
)
from srp_lib.calls import EXTRACT as CALLS
from srp_lib.calls import Calls, call_facts
from srp_lib.codelists import ASB
from srp_lib.consultation import EXTRACT as CONSULTATION
from srp_lib.consultation import Consultation
from srp_lib.display import NOTHING, Folded, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.evidence import Evidence
from srp_lib.facts import FactGroup, KeyFact, Lead
from srp_lib.local import open_local
from srp_lib.perception import Perception
from srp_lib.records import NOT_SUPPLIED, Records
from srp_lib.surveys import EXTRACT as SURVEYS
from srp_lib.surveys import OLD_MONTHS, Surveys
from srp_lib.verdicts import HIGHER, LOWER, UNCLEAR

THEME, LOOKUP = "voices", "lsoa21_ward"
MOVED = {HIGHER: "more than in", LOWER: "fewer than in", UNCLEAR: "no clear change on"}
WOULD_SHOW = {
    SURVEYS: "No survey results (extract surveys) were supplied. They would show what residents and victims say of anti-social behaviour, "
    "safety, trust and the service that they had, wave by wave and by group.",
    CALLS: "No figures of calls to 101 (extract calls_101) were supplied. They would show how many calls were offered, answered and abandoned, and "
    "how long callers waited.",
    CONSULTATION: "No consultation (extract consultation) was supplied. It would show who was heard and who was not, and what they asked to come first.",
}  # fmt: skip


@dataclass(frozen=True)
class Voices:
    """The voices of one audit."""

    evidence: Evidence

    @cached_property
    def surveys(self) -> Surveys:
        """The surveys up to the end of the period."""
        return Surveys(self.evidence)

    @cached_property
    def calls(self) -> Calls:
        """The calls to 101 up to the end of the period."""
        return Calls(self.evidence)

    @cached_property
    def consultation(self) -> Consultation:
        """The consultation of the twelve months to the end of the period."""
        return Consultation(self.evidence)

    @cached_property
    def wards(self) -> Perception | None:
        """What wards say of anti-social behaviour beside their records; None where answers by ward or wards are missing."""
        question = self.surveys.perception
        if question is None or not question.wards or LOOKUP not in self.evidence.intake.extracts:
            return None
        found = Perception(self.surveys, question, open_local(_twelve_months(self.evidence)))
        return found if found.answers else None

    @cached_property
    def made(self) -> dict[str, KeyFact]:
        """The key facts of the page by id, but for those of issues raised."""
        record = facts.count_fact(self.evidence, ASB, THEME), facts.change_fact(self.evidence, ASB, THEME)
        heard = consultation_tables.facts(self.consultation) if self.consultation.supplied else ()
        return {fact.id: fact for fact in (*record, *self.asked.values(), *call_facts(self.calls), *heard)}

    @cached_property
    def asked(self) -> dict[str, KeyFact]:
        """The key facts of surveys by question."""
        return survey_facts.share_facts(self.surveys)

    # --- the page's first words -----------------------------------------------------------------------------

    def lead(self) -> Lead:
        """What residents said beside what was recorded, in a few sentences."""
        asked = self.surveys.perception
        names = [
            *([f"{THEME}.{asked.ident}.share"] if asked else []), f"{THEME}.{ASB}.count",
            f"{THEME}.{CALLS}.abandoned_share", f"{THEME}.{CONSULTATION}.participants",
        ]  # fmt: skip
        known = [self.made[name] for name in names if name in self.made]
        told = [self._briefly(fact) for fact in known if fact.estimate.value is not None]
        silent = consultation_tables.unheard_words(self.consultation)
        note = (
            "Surveys, calls and consultation tell what people say, records what was reported and written down. The two can part for good reasons: "
            "much is never reported, and worry has other causes than what happens nearby."
        )
        return Lead(" ".join(filter(None, [*told, silent])), note, {})

    def caveats(self) -> Notice:
        """What to bear in mind before reading the page."""
        return tables.break_caveats(self.evidence)

    # --- perception against record --------------------------------------------------------------------------

    def perception(self) -> FactGroup | Notice:
        """The key facts of what was recorded, beside which stands what the survey says of it."""
        record = tuple(self.made[f"{THEME}.{ASB}.{name}"] for name in ("count", "change"))
        return FactGroup(record)

    def perceived(self) -> Notice:
        """What the survey says of it, in a sentence; which extract is missing where there is none."""
        asked = self.surveys.perception
        if asked:
            return Notice(self.made[f"{THEME}.{asked.ident}.share"].statement)
        return self._silent(SURVEYS) or Notice("No survey asked how big a problem anti-social behaviour is.", "missing")

    def ward_chart(self) -> Chart | Notice:
        """The wards' shares over their recorded rates."""
        return perception.chart(self.wards) if self.wards else self._no_wards()

    def ward_findings(self) -> Notice:
        """Whether worry and record go together, and where they part."""
        return perception.findings(self.wards) if self.wards and self.wards.shares else NOTHING

    def ward_table(self) -> Table | Notice:
        """The wards' shares beside their recorded rates."""
        return perception.table(self.wards) if self.wards else NOTHING

    # --- questions over their waves -------------------------------------------------------------------------

    def questions(self) -> Table | Notice:
        """Every question's latest share with its key fact, against the wave before and the first."""
        silent = self._silent(SURVEYS)
        if silent:
            return silent
        if not self.surveys.questions:
            return Notice(f"The extract surveys has no wave up to the end of {self.evidence.period.label}.", "missing")
        return survey_facts.latest(self.surveys, self.asked)

    def question_limits(self) -> Notice:
        """What limits the answers: old waves, questions of which only groups were supplied."""
        old = [
            f"{survey_facts.titled(self.surveys, one)}: the latest answers are {_years(months)} old ({one.latest.label})."
            for one in self.surveys.questions
            if (months := self.surveys.months_old(one.latest)) > OLD_MONTHS
        ]
        items = (
            *old,
            f"Not shown, as the extract has groups of them and not all respondents: {wording.listed(list(self.surveys.unasked))}." if self.surveys.unasked else "",
        )  # fmt: skip
        kept = tuple(filter(None, items))
        return Notice("Bear in mind of these answers:", "caveat", kept) if kept else NOTHING

    def wave_chart(self) -> Chart | Notice:
        """Each question's shares over its waves with their intervals."""
        return survey_findings.wave_chart(self.surveys, self.asked)

    def waves(self) -> Folded | Notice:
        """Every wave of every question."""
        return survey_facts.waves(self.surveys)

    def group_chart(self) -> Chart | Notice:
        """What groups say of the question that most of them answered, against all respondents."""
        return survey_findings.group_chart(self.surveys)

    def groups(self) -> Folded | Notice:
        """What groups answered in the latest wave of each question."""
        wards = self.wards.local.names() if self.wards else {}
        return self._silent(SURVEYS) or survey_facts.groups(self.surveys, wards)

    # --- calls to 101 ---------------------------------------------------------------------------------------

    def call_facts(self) -> FactGroup | Notice:
        """Calls offered, answered, abandoned and the mean wait, each against the year before."""
        silent = self._silent(CALLS)
        if silent:
            return silent
        made = tuple(fact for name, fact in self.made.items() if name.startswith(f"{THEME}.{CALLS}."))
        return (
            FactGroup(made)
            if made
            else Notice(f"The extract calls_101 has no month of {self.evidence.period.label}.", "missing")
        )

    def call_limits(self) -> Notice:
        """Months that are missing, and what the figures are of."""
        if not self.calls.months:
            return NOTHING
        gone = (
            f"The extract lacks {periods.list_months(self.calls.missing)}, which no figure includes."
            if self.calls.missing
            else ""
        )
        compared = "" if self.calls.comparison.whole else self.calls.comparison.caveat
        items = (
            gone, compared,
            "The police force answers 101 for its whole area, so these are not the calls of this borough alone.",
            "With so many calls chance alone would hardly move these figures, so each interval comes from how much months differ. "
            "Months are often like their neighbours: the figures are then less sure than the interval makes them look.",
        )  # fmt: skip
        return Notice("Bear in mind of calls to 101:", "caveat", tuple(filter(None, items)))

    def call_chart(self, name: str) -> Chart | Notice:
        """A control chart by month: `name` is "abandoned_share", "answered_share" or "mean_wait"."""
        known = [month for month in self.calls.months if pd.notna(self.calls.table.at[month, name])]
        return call_charts.by_month(self.calls, name) if known else NOTHING

    # --- consultation ---------------------------------------------------------------------------------------

    def consultation_facts(self) -> FactGroup | Notice:
        """Participants, events and public meetings."""
        silent = self._silent(CONSULTATION)
        return silent or FactGroup(
            tuple(fact for name, fact in self.made.items() if name.startswith(f"{THEME}.{CONSULTATION}."))
        )

    def heard(self) -> Table | Notice:
        """Who took part, beside the borough."""
        return consultation_tables.heard(self.consultation) if self.consultation.supplied else NOTHING

    def not_heard(self) -> Notice:
        """Who was not heard."""
        if not self.consultation.supplied:
            return NOTHING
        return consultation_tables.not_heard(self.consultation, survey_groups.heard(self.surveys))

    def methods(self) -> Table | Notice:
        """How people were consulted."""
        return consultation_tables.methods(self.consultation) if self.consultation.supplied else NOTHING

    def raised(self) -> Table | Notice:
        """What was asked to come first."""
        return consultation_tables.raised(self.consultation) if self.consultation.supplied else NOTHING

    def raised_words(self) -> Notice:
        """What was raised most often, in a sentence."""
        return Notice(consultation_tables.most_raised(self.consultation))

    def raised_by_group(self) -> Table | Notice:
        """What each group asked for."""
        return consultation_tables.raised_by_group(self.consultation)

    def checklist(self) -> Table:
        """What the regulations ask of consultation, and what the extracts show."""
        return duty.checklist(duty.duties(self.consultation, self.surveys, self.wards))

    def _briefly(self, fact: KeyFact) -> str:
        """A fact for the first words; a count of records with the way that it moved, whose size stands below."""
        change = self.made[f"{THEME}.{ASB}.change"]
        if fact.id != f"{THEME}.{ASB}.count" or change.verdict not in MOVED:
            return _short(fact)
        return f"{_short(fact).rstrip('.')}, {MOVED[change.verdict]} {self.evidence.comparison.basis}."

    def _silent(self, extract: str) -> Notice | None:
        """What an extract that was not supplied would show, or why it can't be used; None where it can."""
        why = Records(self.evidence).lacking(extract).get(extract, "")
        if why in ("", NOT_SUPPLIED):
            return Notice(WOULD_SHOW[extract], "missing") if why else None
        return Notice(f"The extract {extract} {why}.", "missing")

    def _no_wards(self) -> Notice:
        """Why nothing is shown by ward; nothing where no survey was supplied, which another part says."""
        if not self.surveys.perception:
            return NOTHING
        if LOOKUP not in self.evidence.intake.extracts:
            return Notice(
                "No lookup of 2021 LSOAs to wards (extract lsoa21_ward) was supplied. It would show perception beside records by ward.",
                "missing",
            )
        return Notice(
            "The extract surveys has no answers by ward in this wave: a group that is a ward’s code would show perception beside records by ward.",
            "missing",
        )


def open_voices(evidence: Evidence) -> Voices:
    """The voices of an audit: whatever of surveys, calls and consultation was supplied."""
    return Voices(evidence)


def _twelve_months(evidence: Evidence) -> Evidence:
    """The evidence of the twelve months that end with the period; as it is where the extracts lack too many of them."""
    period, share = evidence.period.twelve_months(), evidence.config.minimum_share
    months = tuple(month for month in period.months if month in evidence.available)
    if period == evidence.period or len(months) < share * len(period.months):
        return evidence
    comparison = periods.compare(period, evidence.available, share)
    return replace(evidence, period=period, months=months, comparison=comparison)


def _short(fact: KeyFact) -> str:
    """A fact's statement without what stands in brackets, but for what an earlier wave found."""
    return re.sub(r" \((?!\d[\d.]*% in )[^()]*(?:\([^()]*\)[^()]*)*\)", "", fact.statement)


def _years(months: int) -> str:
    """How old answers are: whole years."""
    return f"{wording.number_word(months // 12)} years"
