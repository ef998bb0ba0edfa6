"""Scored: the issues of one audit with their evidence, the partners' scores of them, and the ranking that comes of these.

What the page of priorities is made from. Worked out once, when first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from srp_lib import risk, wording
from srp_lib.evidence import Evidence
from srp_lib.issues import Issue, find_issues, slug_of_issue
from srp_lib.ledger import Ledger, open_ledger
from srp_lib.records import Records
from srp_lib.risk import TOP, Dimension, Scale

SCORES, SCALE = "risk_scores", "risk_scale"
COLUMNS = ["file", "issue", "organisation", "scored_on", "dimension", "score", "evidence", "rationale"]
TELLS = "It would show how partners score harm and likelihood, and how firm the ranking is."


@dataclass(frozen=True)
class Scored:
    """The issues of an audit, the partners' scores and the evidence in `ledger`.

    `rows` has the latest score of each issue (its slug), organisation and dimension up to the end of the period;
    `names` are the issues as they were written, and `later` is how many scores are dated after the period. `scale` is
    None where none was supplied.
    """

    evidence: Evidence
    ledger: Ledger
    rows: pd.DataFrame
    names: tuple[str, ...]
    later: int
    scale: Scale | None

    @property
    def lacking(self) -> str:
        """Why nothing can be ranked, as a sentence; blank where something can."""
        gone = Records(self.evidence).lacking(SCORES, SCALE)
        if gone:
            told = wording.listed([f"extract {name} {why}" for name, why in gone.items()])
            return f"Nothing is ranked by risk, because the {told}. {TELLS}"
        if self.rows.empty:
            return f"Nothing is ranked by risk: no score is dated up to the end of {self.evidence.period.label}."
        if self.combined["rank"].isna().all():
            return "Nothing is ranked by risk: of every issue a dimension is lacking that the risk is made of."
        return ""

    @cached_property
    def issues(self) -> Mapping[str, Issue]:
        """Every issue by its slug: objective areas in the plan's order, then emerging ones."""
        cited = self.rows.dropna(subset=["evidence"]).groupby("issue", sort=False)["evidence"]
        known = {str(slug): tuple(dict.fromkeys(ids)) for slug, ids in cited}
        return {one.slug: one for one in find_issues(self.names, known, self.ledger)}

    @cached_property
    def combined(self) -> pd.DataFrame:
        """`risk.combine` with how each rank holds, by slug in the order of `issues`; scores and a scale must be there.

        Further columns: low, high and top of `risk.rank_stability` with scores moved singly; together, its top with
        scorers moved alike; kept, in how many of the lists that leave one scorer out the issue is among the highest,
        and lists, how many of those rank it.
        """
        assert self.scale is not None, "ask for `lacking` first"
        found = risk.combine(self.rows, self.scale).join(risk.rank_stability(self.rows, self.scale, TOP))
        found["together"] = risk.rank_stability(self.rows, self.scale, TOP, together=True)["top"]
        left_out = risk.leave_one_out(self.rows, self.scale)
        found["kept"], found["lists"] = (left_out <= TOP).sum(axis=1), left_out.notna().sum(axis=1)
        return found.loc[[slug for slug in self.issues if slug in found.index]]

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """Those of `combined` that have a risk, the highest first, equals in the order of `issues`."""
        return self.combined.dropna(subset=["rank"]).sort_values("rank", kind="stable")

    @cached_property
    def unranked(self) -> pd.DataFrame:
        """Those of `combined` of which a dimension is lacking that the risk is made of."""
        return self.combined[self.combined["rank"].isna()]

    @property
    def highest(self) -> list[str]:
        """The issues among the highest; more than `TOP` where several are equal in the last place."""
        return list(self.ranked.index[self.ranked["rank"] <= TOP])

    @cached_property
    def means(self) -> pd.DataFrame:
        """`risk.consensus`: the mean score of each issue on each dimension, as given."""
        assert self.scale is not None, "ask for `lacking` first"
        return risk.consensus(self.rows, self.scale)

    @cached_property
    def spread(self) -> pd.DataFrame:
        """`risk.spread`: how far scorers are apart on each issue, in the order of `issues`."""
        assert self.scale is not None, "ask for `lacking` first"
        return risk.spread(self.rows, self.scale).loc[self.combined.index]

    @property
    def scorers(self) -> tuple[str, ...]:
        """The organisations that scored, in order of name."""
        return tuple(sorted(self.rows["organisation"].unique()))

    @property
    def shown(self) -> tuple[Dimension, ...]:
        """The dimensions told beside the risk."""
        return self.scale.of(risk.SHOWN) if self.scale else ()

    @property
    def end(self) -> pd.Timestamp:
        """The last day of the period."""
        return _end(self.evidence)

    def label(self, slug: str) -> str:
        """An issue's name."""
        return self.issues[slug].label

    def said(self, slug: str) -> str:
        """An issue's name within a sentence: an area's begins with a small letter, another is as it was written."""
        label = self.label(slug)
        return label[:1].lower() + label[1:] if self.issues[slug].area else label

    def unknown(self, ident: str) -> bool:
        """Whether an id that a score cites is of no key fact that was made; False where none can be looked up."""
        return bool(self.ledger.entries) and self.ledger.get(ident) is None


def open_scored(evidence: Evidence, ledger: Ledger | None = None) -> Scored:
    """The scores of an audit beside the key facts made for it. `ledger` stands in for that of the audit."""
    gone = Records(evidence).lacking(SCORES, SCALE)
    held = {name: one for name, one in evidence.intake.extracts.items() if name not in gone}
    scale = risk.read_scale(held[SCALE].frame()) if SCALE in held else None
    rows = _tidy(held[SCORES].frame(COLUMNS) if SCORES in held else pd.DataFrame(columns=COLUMNS))
    known = rows[pd.to_datetime(rows["scored_on"]) <= _end(evidence)]
    latest = known.sort_values("scored_on", kind="stable").drop_duplicates(risk.KEYS, keep="last").sort_index()
    names = tuple(dict.fromkeys(known["name"]))
    return Scored(evidence, ledger or open_ledger(evidence), latest, names, len(rows) - len(known), scale)


def _end(evidence: Evidence) -> pd.Timestamp:
    """The last day of the period."""
    return pd.Timestamp(f"{evidence.period.months[-1]}-01") + pd.offsets.MonthEnd(0)


def _tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """Scores with the slug of their issue in `issue`, and its name as it was written in `name`; blanks are None."""
    rows = rows.astype(object).where(rows.notna(), None).dropna(subset=["score"])
    slugs = {name: slug_of_issue(name) for name in rows["issue"].unique()}
    return rows.assign(name=rows["issue"], issue=rows["issue"].map(slugs), score=rows["score"].astype(float))
