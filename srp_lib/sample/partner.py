"""The partners' synthetic extracts as files: several layouts, the same bytes on any machine."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import numpy as np

from . import (
    partner_actions,
    partner_calls,
    partner_consultation,
    partner_incidents,
    partner_offences,
    partner_outcomes,
    partner_scale,
    partner_scores,
    partner_services,
    partner_settle,
    partner_surveys,
    partner_suspects,
    partner_targets,
    partner_victims,
    partner_weights,
    spread,
)
from . import partner_plan as plan
from ._write import OFFENCE_CODES, store
from .counts import Counts
from .draws import Draws, Ints
from .partner_codes import CODES
from .partner_draws import Bools, names_of
from .partner_offences import FLAGS, Offences
from .partner_outcomes import Results
from .partner_suspects import ROLES, Suspects
from .partner_victims import ETHNICITIES, RELATIONSHIPS, SEXES, Victims
from .places import links
from .population import areas

MARK = "synthetic"
NOTICE = "SYNTHETIC: made from a fixed seed for tests and demonstration. Nobody in it exists."

OFFENCE_COLUMNS = ("offence_id", "recorded_date", "committed_from", "committed_to", "ho_code", "offence", "lsoa21",
                   "domestic_abuse", "child_abuse", "cce", "cse", "hate_strands", "online", "alcohol", "knife",
                   "modern_slavery", "honour_based", "forced_marriage", "organised_crime", "suspect_count",
                   "outcome_code", "outcome_date")  # fmt: skip
VICTIM_COLUMNS = ("offence_id", "victim_id", "sex", "age", "ethnicity", "nationality", "vulnerable", "mental_health",
                  "missing_from_home", "relationship", "exploitation_type")  # fmt: skip
SUSPECT_COLUMNS = ("offence_id", "suspect_id", "sex", "age", "ocg_role", "drugs_intelligence")
ASB_COLUMNS = ("incident_id", "date", "reported_to", "category", "subcategory", "lsoa21")
FIRE_COLUMNS = ("incident_id", "date", "type", "lsoa21")
MISSING_COLUMNS = ("episode_id", "child_id", "date", "cce_linked", "cse_linked")
SERVICE_COLUMNS = ("measure_id", "provider", "period_start", "period_end", "numerator", "denominator",
                   "estimate_low", "estimate_high")  # fmt: skip
SURVEY_COLUMNS = ("survey", "wave", "question_id", "question", "group", "positive", "base", "design_effect")
CALL_COLUMNS = ("month", "offered", "answered", "abandoned", "mean_wait_seconds")
CONSULTATION_COLUMNS = ("event_id", "date", "method", "group", "participants", "priorities_raised", "public_meeting")
INDICATOR_COLUMNS = ("indicator_id", "theme", "objective", "name", "fact_id", "good", "baseline", "baseline_period",
                     "target", "target_period", "unit", "baseline_count", "target_count")  # fmt: skip
ACTION_COLUMNS = ("action_id", "theme", "objective", "commitment", "activity", "measure_of_success", "lead_partner",
                  "resources", "start", "due", "status", "progress", "updated")  # fmt: skip
SCORE_COLUMNS = ("issue", "organisation", "scored_on", "dimension", "score", "evidence", "rationale")
WEIGHT_COLUMNS = ("version", "ho_code", "weight")

Column = Sequence[object]


def _days(days: Ints, pattern: str = "%Y-%m-%d") -> list[str]:
    """Ordinals as dates; 0 is blank."""
    known, at = np.unique(days, return_inverse=True)
    texts = [date.fromordinal(day).strftime(pattern) if day > 0 else "" for day in known.tolist()]
    return names_of(at, texts)


def _yes_no(values: Bools) -> list[str]:
    """Flags as Y and N."""
    return names_of(values.astype(np.int64), ("N", "Y"))


def _numbers(values: Ints) -> list[object]:
    """Whole numbers; -1 is blank."""
    return ["" if value == -1 else value for value in values.tolist()]


def _ids(letter: str, count: int, seed: int) -> list[str]:
    """Pseudonyms in no order: a letter and a number of seven digits."""
    return [f"{letter}{number:07d}" for number in (1 + Draws(seed, f"ids {letter}").shuffled(count)).tolist()]


def _areas(place: Ints) -> list[str]:
    """LSOA codes of 2021; -1 is blank."""
    return names_of(place, [*(link.lsoa21 for link in links()), ""])


def descriptions() -> dict[str, str]:
    """The description of each offence code, from the project's code list."""
    with OFFENCE_CODES.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["description"] for row in csv.DictReader(lines)}


def _csv(header: Sequence[str], columns: Sequence[Column], line_end: str = "\r\n") -> bytes:
    """A CSV file with a column SYNTHETIC after the others."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow((*header, "SYNTHETIC"))
    writer.writerows(zip(*columns, [MARK] * len(columns[0]), strict=True))
    return text.getvalue().encode("utf-8")


def _workbook(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook with a notice above the header, and real dates."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"title": title, "created": datetime(2022, 1, 1)})
    sheet, day = book.add_worksheet(title), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_string(0, 0, NOTICE)
    sheet.write_row(2, 0, header)
    for at, row in enumerate(rows, start=3):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(at, column, datetime(value.year, value.month, value.day), day)
            elif value is not None:
                sheet.write(at, column, value)
    book.close()
    return store(target.getvalue())


def _offence_columns(offences: Offences, results: Results, ids: list[str], seed: int) -> list[Column]:
    """The columns of the offences extract, in the order of OFFENCE_COLUMNS."""
    known = descriptions()
    names = np.array(names_of(offences.code, [known[code] for code in CODES]), dtype=object)
    made = np.flatnonzero(offences.production)
    wording = Draws(seed, "partners: production").below(len(plan.PRODUCTION), len(made))
    names[made] = names_of(wording, plan.PRODUCTION)
    flags = {name: _yes_no(offences.flags[name]) for name in FLAGS}
    return [
        ids,
        *map(_days, (offences.recorded, offences.first, offences.last)),
        names_of(offences.code, CODES),
        names.tolist(),
        _areas(offences.place),
        *(flags[name] for name in OFFENCE_COLUMNS[7:11]),
        names_of(offences.strands, [strands for strands, _ in plan.STRANDS]),
        *(flags[name] for name in OFFENCE_COLUMNS[12:19]),
        _numbers(results.suspects),
        _numbers(np.where(results.outcome == 0, -1, results.outcome)),
        _days(results.decided),
    ]


def _offences(offences: Offences, results: Results, ids: list[str], seed: int) -> Iterator[tuple[str, bytes]]:
    """One file a financial year, some with other line ends."""
    columns = _offence_columns(offences, results, ids, seed)
    bounds = np.searchsorted(offences.year, range(len(plan.YEARS) + 1)).tolist()
    for year, start in enumerate(plan.YEARS):
        part = [column[bounds[year] : bounds[year + 1]] for column in columns]
        name = f"offences/offences_{start}-{(start + 1) % 100}.csv"
        yield name, _csv(OFFENCE_COLUMNS, part, "\n" if year else "\r\n")


def _victims(victims: Victims, ids: list[str], seed: int) -> bytes:
    """The victims extract; `ids` are those of the offences."""
    person = victims.person
    people = _ids("V", len(victims.sex), seed)
    columns = [
        names_of(victims.offence, ids),
        names_of(person, people),
        names_of(victims.sexes(), SEXES),
        _numbers(victims.age),
        names_of(victims.ethnicity[person], ETHNICITIES),
        names_of(person, victims.nationality),
        *map(_yes_no, (victims.vulnerable[person], victims.mental, victims.missing)),
        names_of(victims.relationship, (*RELATIONSHIPS, "")),
        victims.exploitation,
    ]
    return _csv(VICTIM_COLUMNS, columns)


def _suspects(suspects: Suspects, ids: list[str], seed: int) -> bytes:
    """The suspects extract; `ids` are those of the offences."""
    person = suspects.person
    columns = [
        names_of(suspects.offence, ids),
        names_of(person, _ids("S", len(suspects.sex), seed)),
        names_of(suspects.sex[person], SEXES),
        _numbers(suspects.age),
        names_of(suspects.role, ROLES),
        _yes_no(suspects.drugs[person]),
    ]
    return _csv(SUSPECT_COLUMNS, columns, "\n")


def _records(counts: Counts, seed: int) -> Iterator[tuple[str, bytes]]:
    """Offences, victims and suspects."""
    females = next(int(area.females.sum()) for area in areas(2020) if area.name == "Rotherham")
    offences = partner_offences.make(counts, seed)
    victims = partner_victims.make(offences, seed)
    partner_settle.settle(offences, victims, females, seed)
    results = partner_outcomes.make(offences, seed)
    suspects = partner_suspects.make(offences, victims, results, seed)
    ids = _ids("O", len(offences), seed)
    yield from _offences(offences, results, ids, seed)
    yield "victims/victims_2019_to_2021.csv", _victims(victims, ids, seed)
    yield "suspects/suspects_2019_to_2021.csv", _suspects(suspects, ids, seed)


def _incidents(counts: Counts, seed: int) -> Iterator[tuple[str, bytes]]:
    """Anti-social behaviour with day-first dates, and deliberate fires."""
    weights = spread.weights(seed)["spread"] * spread.in_rotherham()
    asb = partner_incidents.anti_social(counts, weights, seed)
    columns = [
        _ids("A", len(asb.day), seed),
        _days(asb.day, "%d/%m/%Y"),
        names_of(asb.reported_to, partner_incidents.REPORTED_TO),
        *partner_incidents.kind_names(asb),
        _areas(asb.place),
    ]
    yield "asb_incidents/asb_2019_to_2021.csv", _csv(ASB_COLUMNS, columns)
    fires = partner_incidents.fires(counts, weights, seed)
    kinds = names_of(fires.kind, partner_incidents.FIRE_TYPES)
    columns = [_ids("F", len(fires.day), seed), _days(fires.day), kinds, _areas(fires.place)]
    yield "fire_incidents/fires_2019_to_2021.csv", _csv(FIRE_COLUMNS, columns, "\n")


def _books(counts: Counts, seed: int) -> Iterator[tuple[str, bytes]]:
    """Missing children and services, as workbooks."""
    episodes = partner_incidents.missing_children(counts, seed)
    children = _ids("C", int(episodes.child.max()) + 1, seed)
    columns = [
        _ids("E", len(episodes.day), seed),
        names_of(episodes.child, children),
        [date.fromordinal(day) for day in episodes.day.tolist()],
        _yes_no(episodes.cce),
        _yes_no(episodes.cse),
    ]
    rows = [*zip(*columns, strict=True)]
    yield "missing_children/missing_children_2019_to_2021.xlsx", _workbook("Missing children", MISSING_COLUMNS, rows)
    measures = partner_services.rows(seed)
    yield "services/services_2019_to_2021.xlsx", _workbook("Services", SERVICE_COLUMNS, measures)


def plan_files(seed: int) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of what residents said, what the partners promised and how they scored risks."""
    crlf, newline = "\r\n", "\n"
    for path, header, rows, line_end in (
        ("surveys/surveys_2008_to_2021.csv", SURVEY_COLUMNS, partner_surveys.rows(seed), crlf),
        ("calls_101/calls_101_2019_to_2021.csv", CALL_COLUMNS, partner_calls.rows(seed), newline),
        ("consultation/consultation_2019_to_2021.csv", CONSULTATION_COLUMNS, partner_consultation.rows(), crlf),
        ("risk_scores/risk_scores_2021-01.csv", SCORE_COLUMNS, partner_scores.rows(seed), crlf),
        ("harm_weights/harm_weights_synthetic.csv", WEIGHT_COLUMNS, partner_weights.rows(), newline),
    ):
        yield path, _csv(header, [*zip(*rows, strict=True)], line_end)
    yield "indicators/indicators.xlsx", _workbook("Indicators", INDICATOR_COLUMNS, partner_targets.rows())
    yield "actions/actions_2021-03.xlsx", _workbook("Actions", ACTION_COLUMNS, partner_actions.rows())
    yield "risk_scale.toml", partner_scale.text().encode("utf-8")


def files(counts: Counts, seed: int) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every partner extract of April 2019 to December 2021, surveys from 2008.

    Raises SampleError when the records of the seed can't be made to agree with the published figures.
    """
    yield from _records(counts, seed)
    yield from _incidents(counts, seed)
    yield from _books(counts, seed)
    yield from plan_files(seed)
