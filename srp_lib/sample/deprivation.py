"""Synthetic Indices of Deprivation: as of 2019 for the LSOAs of 2011, and as of 2025 for those of 2021.

Ranks are out of all of England, as the publisher's are, though the files hold only the sample's own LSOAs. Where
there is much crime there is more deprivation than elsewhere, loosely, and more of it in the crime domain.
"""

from __future__ import annotations

import numpy as np

from srp_lib.extracts.deprivation import ENGLISH_LSOAS

from . import spread
from .draws import Draws, Ints, read_off
from .geography import MARK, Table
from .places import TOWN_CENTRE, links

ENGLAND: dict[str, int] = {
    vintage[2:]: number for vintage, number in ENGLISH_LSOAS.items()
}  # how many LSOAs are ranked
MOST = 3_000  # per mille of an ordinary LSOA: more crime than this makes nowhere more deprived
OWN_SHARE, OF_EDITION = {"IMD": 620, "Crime": 400}, 90  # how loosely it follows crime, per mille

# Rank and score in thousandths; scores between are read off the straight lines between these.
SCORES: dict[str, tuple[tuple[int, int], ...]] = {
    "IMD": ((1, 80_000), (3_375, 47_000), (10_000, 26_000), (20_000, 14_000), (33_755, 600)),
    "Crime": ((1, 3_000), (3_375, 1_100), (16_877, 0), (30_380, -1_150), (33_755, -2_800)),
}
TITLES: dict[str, str] = {"IMD": "Index of Multiple Deprivation (IMD)", "Crime": "Crime"}
RANK = "Rank (where 1 is most deprived)"
DECILE = "Decile (where 1 is most deprived 10% of LSOAs)"


def _levels(seed: int, domain: str, vintage: str) -> Ints:
    """How deprived each link is in a domain; editions differ a little."""
    town = np.array([link.lsoa11 == TOWN_CENTRE for link in links()])
    usual = spread.intensities(seed).sum(axis=0) // spread.YEARS
    crime = np.where(town, MOST, np.minimum(usual, MOST))
    own = Draws(seed, f"deprivation {domain}").around(OWN_SHARE[domain], len(crime))
    return crime * own * Draws(seed, f"deprivation {domain} {vintage}").around(OF_EDITION, len(crime))


def ranks(seed: int, domain: str, vintage: str) -> dict[str, int]:
    """The rank in England of each LSOA of a vintage ("11" or "21") that the sample has, by code; none is there twice."""
    levels: dict[str, int] = {}
    for link, level in zip(links(), _levels(seed, domain, vintage).tolist(), strict=True):
        levels.setdefault(getattr(link, f"lsoa{vintage}"), level)
    ordered = sorted(levels, key=lambda code: (-levels[code], code))
    england, count = ENGLAND[vintage], len(ordered)
    shifts = Draws(seed, f"ranks {domain} {vintage}").below(england // (2 * count), count).tolist()
    return {
        code: 1 + england * at * (at + count) // (2 * count**2) + shift
        for at, (code, shift) in enumerate(zip(ordered, shifts, strict=True))
    }


def decile(rank: int, vintage: str) -> int:
    """The tenth of England's LSOAs that a rank is in, 1 the most deprived."""
    return -(-10 * rank // ENGLAND[vintage])


def _table(seed: int, vintage: str, scores: bool) -> Table:
    """An edition's table: ranks and deciles, after scores where the edition's table has them."""
    of_domain = {domain: ranks(seed, domain, vintage) for domain in TITLES}
    header = [f"LSOA code (20{vintage})"]
    for title in TITLES.values():
        header += [f"{title} {part}" for part in (*(["Score"] if scores else []), RANK, DECILE)]
    rows = []
    for code in sorted(of_domain["IMD"]):
        row = [code]
        for domain, found in of_domain.items():
            score = read_off(SCORES[domain], found[code])
            row += [f"{score / 1000:.3f}"] if scores else []
            row += [f"{found[code]}.0", f"{decile(found[code], vintage)}.0"]
        rows.append((*row, MARK))
    return Table((*header, "SYNTHETIC"), rows, "\n")


def tables(seed: int) -> dict[str, Table]:
    """The two editions by file name, in the layouts of the publisher's shorter tables."""
    return {
        "IoD2019_ranks_deciles_synthetic.csv": _table(seed, "11", scores=False),
        "IoD2025_scores_ranks_deciles_synthetic.csv": _table(seed, "21", scores=True),
    }
