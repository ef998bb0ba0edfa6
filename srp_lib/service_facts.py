"""Key facts from what partners' services supply: activity, and how much of an estimated need it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from srp_lib import periods, wording
from srp_lib.estimates import Estimate, absent
from srp_lib.record_facts import Context, Made, Unavailable, counted, share_sentence
from srp_lib.records import Service

EXTRACTS = ("services",)


def service_count(context: Context, measure: str, found: Service | None, says: str, lacking: Mapping[str, str]) -> Made:
    """A count that a partner supplied, with the time that it covers. `says` follows the number."""
    if found is None:
        return Unavailable(f"how many {says}", lacking or {"services": "has no such record of the period"})
    policy = context.people_policy
    shown = policy.count(round(found.numerator))
    span, by = _span(found), wording.listed(found.providers)
    statement = f"{wording.upper_first(shown.words(says))}, {span} (supplied by {by})."
    fact = context.fact(
        measure, statement, counted(shown, says, context.confidence), EXTRACTS, policy, hidden=shown.protected,
        definition=f"Services, {found.measure}, {span}", rows=found.used,
    )  # fmt: skip
    return replace(fact, period=f"{found.first} to {found.last}")


def service_gap(context: Context, measure: str, found: Service | None, says: str, lacking: Mapping[str, str]) -> Made:
    """The share of an estimated need that a service does not reach, from its numerator and denominator.

    The interval is that of the need where the supplier gave one around the denominator; else that of a share.
    """
    if found is None or found.denominator is None:
        return Unavailable(f"what share {says}", lacking or {"services": "has no such record of the period"})
    policy, need = context.people_policy, round(found.denominator)
    estimate, statement = _unmet(context, found, says)
    hidden = estimate.value is None and 0 < found.numerator <= need
    span = _span(found)
    definition = f"1 less the numerator over the denominator of services, {found.measure}, {span}"
    fact = context.fact(
        measure, statement, estimate, EXTRACTS, policy, hidden=hidden, definition=definition, rows=found.used
    )
    return replace(fact, period=f"{found.first} to {found.last}")


def _span(found: Service) -> str:
    """The months that a measure covers, and those between that it lacks."""
    gone = f" without {periods.list_months(found.missing)}" if found.missing else ""
    return periods.month_span(found.first, found.last) + gone


def _unmet(context: Context, found: Service, says: str) -> tuple[Estimate, str]:
    """The share unmet and its sentence; no share where more are reached than were thought to need it."""
    policy, need, reached = context.people_policy, round(found.denominator), round(found.numerator)
    if reached > need:
        note = "The number reached is above the estimated need, so one of the two is wrong."
        return absent("%", "1 - in treatment / need", note), f"What share {says} cannot be given. {note}"
    estimate = policy.share(need - reached, need, context.confidence)
    if estimate.value is None or not _around(found):
        return estimate, share_sentence(estimate, says, policy)
    # The interval of the need is an estimate made elsewhere, and no count of people.
    met = 1 - estimate.value / 100
    ends = [100 * max(0.0, 1 - met * estimate.denominator / end) for end in (found.low, found.high)]
    estimate = replace(
        estimate, lower=min(*ends, estimate.value), upper=max(*ends, estimate.value),
        method="1 - in treatment / need; interval of the estimated need",
    )  # fmt: skip
    places = policy.places
    statement = (
        f"{'About ' if policy.protects else ''}{wording.decimal(estimate.value, places)}% {says} ({wording.whole(estimate.numerator)} of an "
        f"estimated {wording.whole(estimate.denominator)}; {wording.decimal(estimate.lower, places)}% to "
        f"{wording.decimal(estimate.upper, places)}% as the estimate of need is uncertain)."
    )
    return estimate, statement


def _around(found: Service) -> bool:
    """Whether the supplier's interval is of the need: it holds the denominator."""
    return bool(found.low and found.high and found.low <= found.denominator <= found.high)
