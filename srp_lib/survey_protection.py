"""Survey protection: answers as readers may see them, so that nobody can work out how the few of a group answered.

Positive answers and bases are rounded before anything is computed from them, and an answer is withheld where few gave
it, or gave the other. Rule and reasons: METHODS.md, "Voices".
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from srp_lib.disclosure import Policy, Shown
from srp_lib.rates import HIDDEN_BASE
from srp_lib.survey_tests import Answer

MOST_GROUPS = 12  # of a question, up to which all sets of them are tried as parts of all respondents
NEAR = 0.5  # by how little a sum of weighted answers may miss the whole that it makes up
Answers = Mapping[str, Answer]


def protected(answer: Answer, policy: Policy, withheld: bool = False) -> Answer:
    """An answer as it may be shown: from rounded counts, without them where the base is under 30, or withheld.

    It is withheld where 1 to `policy.smallest` - 1 gave the answer or did not give it, and where `withheld` says so. As it
    is where the policy does not protect.
    """
    if not policy.protects:
        return answer
    base = policy.count(round(answer.base)).value if answer.enough else None
    if base is None:
        return replace(answer, positive=math.nan, base=math.nan)
    if withheld or few(answer, policy):
        return replace(answer, positive=math.nan, base=float(base), withheld=True)
    return replace(answer, positive=float(_count(answer.positive, policy).value), base=float(base))


def protected_groups(whole: Answer, groups: Answers, policy: Policy) -> dict[str, Answer]:
    """The answers of groups of one kind as they may be shown beside that of all respondents, `whole`.

    A group is withheld too where all respondents less the group would be, and where groups make up all respondents
    and the small number of one of them would come out as the whole less the others.
    """
    if not policy.protects:
        return dict(groups)
    hidden = {name for name, one in groups.items() if few(one, policy) or _told_by_rest(one, whole, policy)}
    if not few(whole, policy):
        for parts in _partitions(whole, groups):
            hidden |= _beside(whole, {name: groups[name] for name in parts}, hidden, policy)
    return {name: protected(one, policy, name in hidden) for name, one in groups.items()}


def few(answer: Answer, policy: Policy) -> bool:
    """Whether so few gave an answer, or did not, that its share would tell their number."""
    sides = [_count(number, policy) for number in (answer.positive, answer.base - answer.positive)]
    lost = sides[1].value and sides[0].value == policy.count(round(answer.base)).value
    return any(side.protected for side in sides) or bool(lost)


def _count(number: float, policy: Policy) -> Shown:
    """A number of respondents as it may be shown; part of one, by weighting, counts as one and never as none."""
    return policy.count(max(1, round(number)) if number > 1e-9 else 0)


def _told_by_rest(group: Answer, whole: Answer, policy: Policy) -> bool:
    """Whether all respondents less the group are so few, or have so few who gave an answer, that both can't be shown."""
    positive, base = whole.positive - group.positive, whole.base - group.base
    if base < NEAR or not -NEAR < positive < base + NEAR:
        return False  # it is everyone, or no part of them
    return base < HIDDEN_BASE or few(Answer(min(max(positive, 0.0), base), base), policy)


def _partitions(whole: Answer, groups: Answers) -> Iterator[tuple[str, ...]]:
    """The sets of groups whose answers add up to the whole's; of many groups all of them alone are tried."""
    sizes = range(2, len(groups) + 1) if len(groups) <= MOST_GROUPS else (len(groups),)
    for names in (names for size in sizes for names in combinations(groups, size)):
        sums = (sum(getattr(groups[name], part) for name in names) for part in ("base", "positive"))
        if all(abs(total - part) < NEAR for total, part in zip(sums, (whole.base, whole.positive))):
            yield names


def _beside(whole: Answer, parts: Answers, hidden: Collection[str], policy: Policy) -> set[str]:
    """Those of the parts of a whole to withhold, so that each small number among them could still be any small one."""
    gone = {name for name, one in parts.items() if name in hidden or not one.enough}
    order = sorted(parts, key=lambda name: (parts[name].base, name))
    while len(gone) < len(parts) and not all(
        _open(name, whole, parts, gone, policy) for name in gone if few(parts[name], policy)
    ):
        gone.add(next(name for name in order if name not in gone))
    return gone


def _open(name: str, whole: Answer, parts: Answers, gone: Collection[str], policy: Policy) -> bool:
    """Whether a reader who takes what is shown from the whole can exclude no small number for a part where it has one."""
    shown = [_ranges(one, policy) for other, one in parts.items() if other not in gone]
    room = sum(parts[other].base for other in gone if other != name)
    own = parts[name].positive, parts[name].base - parts[name].positive
    for side, (low, high) in enumerate(_ranges(whole, policy)):
        if not _count(own[side], policy).protected:
            continue
        least, most = low - sum(one[side][1] for one in shown), high - sum(one[side][0] for one in shown)
        if least > 1 + room or most < policy.smallest - 1:
            return False
    return True


def _ranges(answer: Answer, policy: Policy) -> tuple[tuple[int, int], tuple[int, int]]:
    """What a reader knows of the numbers who gave a shown answer, and who did not: the least and the most of each."""
    positive, base = _count(answer.positive, policy), policy.count(round(answer.base))
    return (positive.low, positive.high), (base.low - positive.high, base.high - positive.low)
