"""Location quotients: which types of crime make up clearly more of a ward's crime than of the borough's."""

from __future__ import annotations

import pandas as pd

from srp_lib import places, wording
from srp_lib.display import NOTHING, Notice, Table
from srp_lib.local import Local
from srp_lib.place_figures import Figures, limits, subjects


def table(local: Local) -> Table | Notice:
    """Which types of crime make up clearly more of a ward's crime than of the borough's."""
    if local.lacking("lsoa21_ward"):
        return Notice(
            "No lookup of LSOAs to wards (extract lsoa21_ward) was supplied. It would show which types of crime each ward has more of.",
            "missing",
        )
    types = {subject.label: subject for subject in subjects(local)[2:]}
    counts = pd.DataFrame({label: Figures(local, subject).count.astype(float) for label, subject in types.items()})
    whole = pd.Series({label: sum(map(local.evidence.total, subject.slugs)) for label, subject in types.items()})
    if not whole.sum():
        return NOTHING
    over = places.over_represented(counts, whole).sort_values("value", ascending=False)
    names, rows, none = local.names(), [], []
    for ward in counts.index:
        own = over[over.index.get_level_values(0) == ward].droplevel(0)
        told = [
            f"{_short(name)}: {wording.decimal(row['value'], 2)} ({limits(row, 2)})" for name, row in own.iterrows()
        ]
        rows += [(names[ward], "\n".join(told))] if told else []
        none += [] if told else [names[ward]]
    pooled = "".join(
        f"Other types: {name.partition(' (')[2].removesuffix(')')}. " for name in counts if name != _short(name)
    )
    note = (
        "The figure is the location quotient: 1 would mean that a type makes up as much of the ward's crime as of the borough's; 2, twice as much. Shown are types whose "
        "95% interval (in brackets) lies above 1, with at most 5% false alarms among them. It says what kind of crime a ward has and not how "
        f"much. {f'No type clearly in {wording.listed(none)}. ' if none else ''}{pooled}{local.policy.brief}"
    )
    caption = f"Types that make up more of a ward's crime than of the borough's, times its share, {local.evidence.area_name}, {local.evidence.period.label}"
    return Table(caption, ("Ward", "More common here than elsewhere"), tuple(rows), note.strip())


def _short(name: str) -> str:
    """A type's name without the list of what it holds."""
    return name.partition(" (")[0]
