"""The synthetic surveys: what residents and victims of domestic abuse answered, by wave, question and group.

As published: 28% of residents called anti-social behaviour a very or fairly big problem in 2008; in
2015-16 30% called it a very big one, 83% of victims of domestic abuse were wholly satisfied with the
service and 59% felt safer. Every other number is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from . import spread
from .draws import Draws
from .places import WARDS_2024, links

PLACE, VOICES, VICTIMS = "Place Survey", "Your Voice Counts", "Domestic abuse victim survey"
Row = tuple[str, str, str, str, str, str, int, str]

# Per mille of respondents; a survey of residents has two waves a year, a survey of victims one.
WAVES = tuple(f"{year}-{day}" for year in range(2015, 2022) for day in ("05-31", "11-30"))
BY_WARD_FROM = WAVES.index("2020-05-31")
NO_WARD = 17  # respondents whose ward isn't known
BY_CHANCE = 100  # per mille that a ward's share of a wave is off at most, as few are asked

# Per mille of respondents; women and men are not all of them.
GROUPS: dict[str, int] = {"women": 515, "men": 465, "16 to 24": 88, "65 and over": 242, "disabled people": 203,
                          "minority ethnic communities": 71}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A question to residents: per mille of all by wave (0: not asked), of groups against all, and by ward.

    Men are what is left of all when women are taken off, so they have no part of their own.

    `by_ward` is how many per mille more give the answer with each step from the ward of the least recorded
    crime to that of the most; 0 where wards aren't told apart. `odd` is what the ODD ward has on top.
    """

    name: str
    wording: str
    shares: tuple[int, ...]
    groups: tuple[int, ...]
    by_ward: int = 0
    odd: int = 0


BIG = "Is anti-social behaviour a very big or a fairly big problem in your area? Very big, or fairly big"
QUESTIONS = (
    Question("asb_very_big_problem", "How big a problem is anti-social behaviour in your area? A very big problem",
             (296, 300, 296, 291, 288, 285, 279, 281, 276, 274, 318, 331, 312, 289),
             (15, 0, -60, 25, 80, 40), by_ward=13, odd=330),
    Question("asb_big_problem", BIG,
             (0, 458, 0, 452, 0, 447, 0, 441, 0, 438, 0, 494, 0, 462),
             (12, 0, -55, 20, 70, 35)),
    Question("feel_safe_dark", "Do you feel safe walking alone in your area after dark? Very safe, or fairly safe",
             (574, 569, 571, 577, 568, 573, 576, 570, 566, 572, 563, 568, 571, 567),
             (-130, 0, -40, -90, -160, -50), by_ward=-9),
    Question("trust_police", "Do you trust South Yorkshire Police? A great deal, or a fair amount",
             (437, 440, 436, 442, 439, 435, 438, 441, 437, 440, 443, 436, 439, 437),
             (10, 0, -45, 50, -25, -70)),
)  # fmt: skip
ODD = 3  # how many wards have less recorded crime than one that worries far more than its records suggest

SATISFIED = "All in all, how satisfied were you with the help you had? Wholly satisfied"
SAFER = "Do you feel safer because of what was done? Yes"


@dataclass(frozen=True)
class OfVictims:
    """One wave of the survey of victims: respondents, and those of them satisfied and those who feel safer."""

    wave: str
    women: tuple[int, int, int]
    men: tuple[int, int, int]
    unknown: tuple[int, int, int] = field(default=(6, 5, 3))


VICTIM_WAVES = (
    OfVictims("2016-03-31", (176, 146, 105), (24, 20, 13)),
    OfVictims("2017-03-31", (189, 156, 114), (21, 17, 12)),
    OfVictims("2018-03-31", (183, 153, 106), (27, 22, 16)),
    OfVictims("2019-03-31", (201, 163, 123), (31, 25, 18)),
    OfVictims("2020-03-31", (194, 156, 113), (28, 22, 15)),
    OfVictims("2021-03-31", (158, 123, 88), (22, 17, 12)),
)


def _tenths(base: int, per_mille: int) -> int:
    """`per_mille` of a base in tenths of a respondent, as answers are weighted."""
    return (base * min(max(per_mille, 20), 980) + 50) // 100


def _shown(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}"


def _effect(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def by_record(seed: int) -> list[str]:
    """The wards, the one with the least recorded crime of the last whole year first."""
    weights = (spread.weights(seed)["spread"] * spread.in_rotherham())[-2]
    of_ward: dict[str, list[int]] = {code: [] for code, _ in WARDS_2024}
    for link, weight in zip(links(), weights.tolist(), strict=True):
        if weight:
            of_ward[link.ward24[0]].append(weight)
    return sorted(of_ward, key=lambda code: (sum(of_ward[code]) * 1000 // len(of_ward[code]), code))


def _ward_bases(draws: Draws) -> list[int]:
    """25 to 90 respondents by ward, a few under 30; the ward that worries more than others has the most."""
    last = len(WARDS_2024) - 1
    order = draws.shuffled(last + 1).tolist()
    order.remove(ODD)
    sizes = [25 + 65 * at * (at + last) // (2 * last * last) for at in range(last + 1)]
    found = dict(zip([*order, ODD], sizes, strict=True))
    return [found[at] for at in range(last + 1)]


def _ward_shares(question: Question, share: int, bases: list[int], lasting: list[int], draws: Draws) -> list[int]:
    """Per mille by ward, so that they come to `share` of all; `lasting` is each ward's own part in every wave."""
    middle = len(bases) // 2
    noise = draws.below(2 * BY_CHANCE + 1, len(bases)) - BY_CHANCE
    steps = (np.arange(len(bases)) - middle) * question.by_ward + np.array(lasting) + noise
    steps[ODD] += question.odd
    return (share + steps - int((steps * bases).sum()) // sum(bases)).tolist()


def _of_groups(question: Question, base: int, share: int, draws: Draws) -> Iterator[tuple[str, int, int]]:
    """Group, positive in tenths, base; women, men and those of unknown sex come to all respondents."""
    sizes = {group: base * size // 1000 for group, size in GROUPS.items()}
    noise = (draws.below(31, len(GROUPS)) - 15).tolist()
    found = {
        group: _tenths(size, share + more + other)
        for (group, size), more, other in zip(sizes.items(), question.groups, noise, strict=True)
    }
    unknown = base - sizes["women"] - sizes["men"]
    found["men"] = _tenths(base, share) - found["women"] - _tenths(unknown, share)
    return ((group, found[group], size) for group, size in sizes.items())


def _wave(at: int, wards: list[str], lasting: Mapping[str, list[int]], draws: Draws) -> Iterator[Row]:
    """The rows of one wave of the survey of residents."""
    bases = _ward_bases(draws) if at >= BY_WARD_FROM else []
    base = sum(bases) + NO_WARD if bases else 1_150 + int(draws.below(200, 1)[0])
    for question in QUESTIONS:
        share = question.shares[at]
        if not share:
            continue
        start = (VOICES, WAVES[at], question.name, question.wording)
        effects = draws.below(61, 1 + len(GROUPS)).tolist()
        yield *start, "", _shown(_tenths(base, share)), base, _effect(120 + effects.pop())
        for group, positive, of_group in _of_groups(question, base, share, draws):
            yield *start, group, _shown(positive), of_group, _effect(120 + effects.pop())
        if bases and question.by_ward:
            shares = _ward_shares(question, share, bases, lasting[question.name], draws)
            effects = 120 + draws.below(61, len(bases))
            for ward, of_ward, per_mille, effect in zip(wards, bases, shares, effects.tolist(), strict=True):
                yield *start, ward, _shown(_tenths(of_ward, per_mille)), of_ward, _effect(effect)


def _of_victims(wave: OfVictims) -> Iterator[Row]:
    """The rows of one wave of the survey of victims, which is not weighted."""
    everyone = tuple(map(sum, zip(wave.women, wave.men, wave.unknown, strict=True)))
    for at, (name, wording) in enumerate((("wholly_satisfied", SATISFIED), ("feel_safer", SAFER)), start=1):
        for group, numbers in (("", everyone), ("women", wave.women), ("men", wave.men)):
            yield VICTIMS, wave.wave, name, wording, group, str(numbers[at]), numbers[0], ""


def rows(seed: int) -> list[Row]:
    """The rows of the extract: survey, wave, question and its words, group, positive, base, design effect."""
    draws = Draws(seed, "partners: surveys")
    wards = by_record(seed)
    lasting = {question.name: (draws.below(121, len(wards)) - 60).tolist() for question in QUESTIONS}
    found: list[Row] = [(PLACE, "2008-12-19", "asb_big_problem", BIG, "", "322", 1_150, "1.30")]
    for at in range(len(WAVES)):
        found += _wave(at, wards, lasting, draws)
    for wave in VICTIM_WAVES:
        found += _of_victims(wave)
    return found
