"""Make the synthetic victims agree with the published figures, one figure after another.

Each step changes people or records that no earlier figure reads: mostly people with one record, of an
offence with one victim ("free"). A seed with too few of them is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from . import partner_plan as plan
from ._write import SampleError
from .draws import Draws, Ints, apportion
from .partner_draws import Bools, banded, chance, feasible, percent_of, some
from .partner_offences import Offences
from .partner_victims import (
    ACQUAINTANCE,
    ADULTS,
    BLANK,
    CHILDREN,
    FAMILY,
    FEMALE,
    MALE,
    OTHERS,
    STRANGER,
    TEENAGERS,
    UNKNOWN,
    Victims,
    child_victims,
)


@dataclass(frozen=True)
class Scene:
    """Offences, their victims and a stream of draws; what each figure is about, by record."""

    offences: Offences
    victims: Victims
    draws: Draws

    def records(self, of: Bools, year: int | None = plan.PUBLISHED) -> Bools:
        """Whether each record is of one of these offences, recorded in `year` (None: any)."""
        offences = self.offences
        chosen = of if year is None else of & (offences.year == year)
        return chosen[self.victims.offence]

    def free(self, of: Bools, year: int = plan.PUBLISHED) -> Ints:
        """People whose one record is of these offences, of a code that says nothing of their sex."""
        victims = self.victims
        sexed = self.offences.coded(*plan.FEMALE_CODES, *plan.MALE_CODES)
        return np.flatnonzero(victims.alone & self.records(of & ~sexed, year)[victims.first])

    @property
    def plain(self) -> Bools:
        """Whether each offence is against the person and no figure is about it but that on women and girls."""
        offences = self.offences
        special = offences.flags["domestic_abuse"] | offences.serious | offences.flags["modern_slavery"]
        return offences.violent & ~special & ~child_victims(offences)

    @property
    def against_women(self) -> Bools:
        """Whether each offence is violence against women and girls if a victim is female."""
        offences = self.offences
        return offences.violent | offences.lined(plan.SEXUAL) | offences.flags["domestic_abuse"]

    def of_sex(self, records: Bools, sex: int) -> Bools:
        """Whether each offence has one of these records with a victim of this sex."""
        return self.victims.with_any(records & (self.victims.sexes() == sex), len(self.offences))


def refuse() -> NoReturn:
    """Raise the SampleError of a seed whose records can't be made to agree."""
    raise SampleError(
        "The synthetic partner records of this seed can't be made to agree with the published figures. "
        "Take another seed."
    )


def take(draws: Draws, rows: Ints, number: int) -> Ints:
    """`number` of `rows`; SampleError when there are fewer, or the number is below 0."""
    return some(draws, rows, number) if 0 <= number <= len(rows) else refuse()


def _more_females(scene: Scene, free: Ints, number: int) -> None:
    """Make `number` of the free men women; fewer than 0: the other way round."""
    old, new = (MALE, FEMALE) if number > 0 else (FEMALE, MALE)
    sex = scene.victims.sex
    sex[take(scene.draws, free[sex[free] == old], abs(number))] = new


def _female_share(scene: Scene, of: Bools, free: Bools, percent: int) -> None:
    """Make `percent` of the distinct victims of known sex female."""
    sexes = scene.victims.sex[scene.victims.people(scene.records(of))]
    females = int((sexes == FEMALE).sum())
    wanted = percent_of(percent, females + int((sexes == MALE).sum()))
    _more_females(scene, scene.free(free), wanted - females)


def _settle_slavery(scene: Scene) -> None:
    """Age, sex, nationality and kind of exploitation of the victims of modern slavery."""
    victims, draws, flags = scene.victims, scene.draws, scene.offences.flags
    kinds, nations = (np.array([*table], dtype=object) for table in (plan.EXPLOITATION, plan.SLAVERY_NATIONALITIES))
    for year in range(len(plan.YEARS)):
        own = np.flatnonzero(scene.records(flags["modern_slavery"], year))
        size = len(own)
        people = victims.person[own]
        victims.sex[people] = np.where(draws.shuffled(size) < percent_of(plan.FEMALE_PERCENT["slavery"], size), 0, 1)
        nation = np.repeat(nations, apportion(size, [*plan.SLAVERY_NATIONALITIES.values()]))
        kind = np.repeat(kinds, apportion(size, [*plan.EXPLOITATION.values()]))
        for row, name, what in zip(own.tolist(), nation[draws.shuffled(size)], kind[draws.shuffled(size)], strict=True):
            victims.nationality[victims.person[row]], victims.exploitation[row] = name, what
        child = flags["cce"][victims.offence[own]]
        more = percent_of(plan.SLAVERY_CHILD_PERCENT, size) - int(child.sum())
        victims.age[own] = np.where(child, victims.age[own], np.maximum(18, banded(draws, ADULTS, size) - 4))
        children = take(draws, own[~child], max(more, 0))
        victims.age[children] = banded(draws, TEENAGERS, len(children))


def _settle_serious(scene: Scene) -> None:
    """Serious violence: share of women, and the change in offences against them."""
    offences, victims = scene.offences, scene.victims
    serious = offences.serious
    free = serious & ~child_victims(offences) & ~offences.flags["modern_slavery"]
    _female_share(scene, serious, free, plan.FEMALE_PERCENT["serious"])
    sexes = victims.sex[victims.people(scene.records(serious))]
    known, females = int((sexes < UNKNOWN).sum()), int((sexes == FEMALE).sum())
    now, before = (
        int(scene.of_sex(scene.records(serious, year), FEMALE).sum()) for year in (plan.PUBLISHED, plan.BEFORE)
    )
    unknown, shift, wanted = _readings(females, known, now)
    free_men = scene.free(free)
    free_men = free_men[victims.sex[free_men] == MALE]
    victims.sex[take(scene.draws, free_men, unknown)] = UNKNOWN
    _more_females(scene, scene.free(free), shift)
    _more_females(scene, scene.free(free, plan.BEFORE), wanted - before)


def _readings(females: int, known: int, offences: int) -> tuple[int, int, int]:
    """What lets two figures read as printed: the share of women and the rise in offences against them.

    Returns how many men's sex must be blanked, how many more women there must be among `females` of
    `known`, and the offences of the year before that `offences` and so many more are compared with.
    """
    share, rise = plan.FEMALE_PERCENT["serious"], 100 + plan.FEMALE_SERIOUS_RISE
    for unknown in range(13):
        for shift in (0, 1, -1, 2, -2, -3, -4):
            wanted = (200 * (offences + shift) + rise) // (2 * rise)
            changed = abs(100 * (offences + shift) - rise * wanted) * 20 < 9 * wanted
            left = known - unknown
            if changed and abs(100 * (females + shift) - share * left) * 20 < 9 * left:
                return unknown, shift, wanted
    return refuse()


def _settle_sexual(scene: Scene) -> None:
    """Sexual offences: share of females, adults whose vulnerability can be told, and the change for males."""
    offences, victims = scene.offences, scene.victims
    sexual = offences.lined(plan.SEXUAL)
    free = sexual & ~offences.flags["cse"] & ~offences.serious & ~offences.flags["domestic_abuse"]
    sexes = victims.sex[victims.people(scene.records(sexual))]
    known = int((sexes < UNKNOWN).sum())
    fewer = next(n for n in range(known, 0, -1) if feasible(n, plan.FEMALE_SEXUAL_PER_MILLE) is not None)
    victims.sex[take(scene.draws, scene.free(free), known - fewer)] = UNKNOWN
    females = int((victims.sex[victims.people(scene.records(sexual))] == FEMALE).sum())
    people = scene.free(free)
    _more_females(scene, people[victims.sex[people] < UNKNOWN], feasible(fewer, plan.FEMALE_SEXUAL_PER_MILLE) - females)
    now, before = (int(scene.of_sex(scene.records(sexual, year), MALE).sum()) for year in (plan.PUBLISHED, plan.BEFORE))
    rise = 100 + plan.MALE_RISE
    earlier = sexual & ~offences.serious
    _more_females(scene, scene.free(earlier, plan.BEFORE), before - (100 * now + rise // 2) // rise)
    _settle_adults(scene, free)


def _settle_adults(scene: Scene, free: Bools) -> None:
    """Blank some ages, so that the published share of vulnerable adults is one that their number allows."""
    offences, victims = scene.offences, scene.victims
    adults = len(victims.people(scene.records(offences.lined(plan.SEXUAL)) & (victims.age >= 18)))
    fewer = next(n for n in range(adults, 0, -1) if feasible(n, plan.VULNERABLE_SEXUAL_PER_MILLE) is not None)
    rows = victims.first[scene.free(free)]
    victims.age[take(scene.draws, rows[victims.age[rows] >= 18], adults - fewer)] = BLANK


def _settle_sexes(scene: Scene, females: int) -> None:
    """Every figure about the sex of victims; `females` are the borough's female residents."""
    offences, flags = scene.offences, scene.offences.flags
    _female_share(scene, flags["cse"], flags["cse"], plan.FEMALE_PERCENT["cse"])
    hurt = flags["child_abuse"] & offences.lined(plan.INJURY)
    _female_share(scene, hurt, hurt, 100 - plan.INJURED_CHILDREN_MALE_PERCENT)
    _settle_serious(scene)
    _settle_sexual(scene)
    home = flags["domestic_abuse"]
    others = home & ~offences.serious & ~offences.lined(plan.SEXUAL)
    _female_share(scene, home, others, plan.FEMALE_PERCENT["domestic"])
    now = int(scene.of_sex(scene.records(scene.against_women), FEMALE).sum())
    wanted = (plan.VIOLENCE_AGAINST_WOMEN * females + 5_000) // 10_000
    _more_females(scene, scene.free(scene.plain), wanted - now)


def _set_online(scene: Scene, numbers: dict[str, plan.ByYear], among: Bools) -> None:
    """Set so many offences of each code and year, all `among` these, to online."""
    offences = scene.offences
    for code, by_year in numbers.items():
        own = among & offences.coded(code)
        for year, number in enumerate(by_year):
            offences.flags["online"][some(scene.draws, np.flatnonzero(own & (offences.year == year)), number)] = True


def _settle_online(scene: Scene) -> None:
    """Which offences were online: shares of harassment, and of violence against women and girls."""
    offences, flags, draws = scene.offences, scene.offences.flags, scene.draws
    hate = offences.strands > 0
    _set_online(scene, plan.EXPLOITED_ONLINE, flags["cse"])
    _set_online(scene, plan.HATE_ONLINE, hate)
    _set_online(scene, plan.ONLINE, ~flags["cse"] & ~hate & ~flags["organised_crime"])
    harassment = offences.lined(plan.HARASSMENT)
    for year in range(len(plan.YEARS)):
        now = offences.year == year
        female = scene.of_sex(scene.records(scene.against_women, year), FEMALE)
        others = int((flags["online"] & now & ~harassment).sum())
        percent = plan.HARASSMENT_ONLINE_PERCENT
        total = (percent * others + (100 - percent) // 2) // (100 - percent)
        left = total - int((flags["online"] & now & harassment).sum())
        women = percent_of(plan.ONLINE_WOMEN_PERCENT[year], int(female.sum())) - int((flags["online"] & female).sum())
        usable = harassment & now & ~hate & ~flags["child_abuse"] & ~flags["online"]
        chosen = [take(draws, np.flatnonzero(usable & female), women),
                  take(draws, np.flatnonzero(usable & ~female), left - women)]  # fmt: skip
        flags["online"][np.concatenate(chosen)] = True


def _settle_children(scene: Scene) -> None:
    """The share of children among the victims of violence against women and girls."""
    victims, draws = scene.victims, scene.draws
    female = scene.records(scene.against_women) & (victims.sexes() == FEMALE)
    known = len(victims.people(female & (victims.age != BLANK)))
    children = len(victims.people(female & (victims.age != BLANK) & (victims.age < 18)))
    more = percent_of(plan.CHILD_WOMEN_PERCENT, known) - children
    people = scene.free(scene.plain)
    rows = victims.first[people[victims.sex[people] == FEMALE]]
    rows = rows[victims.age[rows] != BLANK]
    child = victims.age[rows] < 18
    chosen = take(draws, rows[~child] if more > 0 else rows[child], abs(more))
    victims.age[chosen] = banded(draws, CHILDREN if more > 0 else ADULTS, len(chosen))


def _settle_vulnerable(scene: Scene) -> None:
    """The vulnerable among victims online, adult victims of sexual offences and victims of knives."""
    offences, victims = scene.offences, scene.victims
    adult = scene.records(offences.lined(plan.SEXUAL)) & (victims.age >= 18)
    sets = [
        victims.people(records)
        for records in (scene.records(offences.flags["online"]), adult, scene.records(offences.flags["knife"]))
    ]
    counted = np.bincount(np.concatenate(sets), minlength=len(victims.sex))
    wanted = (
        percent_of(plan.VULNERABLE_PERCENT["online"], len(sets[0])),
        feasible(len(sets[1]), plan.VULNERABLE_SEXUAL_PER_MILLE) or 0,
        percent_of(plan.VULNERABLE_PERCENT["knife"], len(sets[2])),
    )
    for people, number in zip(sets, wanted, strict=True):
        more = number - int(victims.vulnerable[people].sum())
        own = people[(counted[people] == 1) & (victims.vulnerable[people] == (more < 0))]
        victims.vulnerable[take(scene.draws, own, abs(more))] = more > 0


def _settle_mental(scene: Scene) -> None:
    """In each year so many offences with one victim, who is vulnerable for reasons of mental health."""
    victims = scene.victims
    single = np.bincount(victims.offence)[victims.offence] == 1
    rows = single & victims.vulnerable[victims.person]
    every = np.ones(len(scene.offences), dtype=bool)
    for year, number in enumerate(plan.MENTAL_HEALTH):
        own = np.flatnonzero(rows & scene.records(every, year))
        victims.mental[take(scene.draws, own, number)] = True


def _settle_missing(scene: Scene) -> None:
    """Victims also recorded as missing: a tenth of the abused children, some others."""
    victims, draws = scene.victims, scene.draws
    abused = scene.offences.flags["child_abuse"]
    child = (victims.age < 18) & (victims.age != BLANK)
    exploited = scene.records(scene.offences.flags["cce"], None)
    likely = np.where(exploited, 300, np.where(child, 30, 3))
    ever = np.isin(victims.person, victims.people(scene.records(abused, None)))
    victims.missing |= chance(draws, likely, len(child)) & ~ever
    for year in range(len(plan.YEARS)):
        records = scene.records(abused, year)
        people = victims.people(records)
        chosen = np.zeros(len(victims.sex), dtype=bool)
        older = victims.people(records & (victims.age >= 10))
        chosen[take(draws, older, percent_of(plan.MISSING_PERCENT, len(people)))] = True
        victims.missing |= records & chosen[victims.person]


def _settle_relationships(scene: Scene) -> None:
    """What the suspect is to abused children: family first of all, but seldom where they were exploited."""
    victims, draws = scene.victims, scene.draws
    flags = scene.offences.flags
    for year in range(len(plan.YEARS)):
        own = np.flatnonzero(scene.records(flags["child_abuse"], year))
        own = own[np.argsort(draws.below(1000, len(own)) + 700 * flags["cse"][victims.offence[own]], kind="stable")]
        blank = some(draws, own, len(own) * 12 // 100)
        victims.relationship[blank] = BLANK
        known = own[~np.isin(own, blank)]
        family = percent_of(plan.FAMILY_PERCENT, len(known))
        near = percent_of(plan.ACQUAINTANCE_PERCENT, len(known))
        victims.relationship[known[:family]] = FAMILY
        rest = some(draws, known[family:], len(known))
        victims.relationship[rest[:near]] = ACQUAINTANCE
        victims.relationship[rest[near:]] = np.where(chance(draws, 450, len(rest) - near), STRANGER, OTHERS)


def settle(offences: Offences, victims: Victims, females: int, seed: int) -> None:
    """Change `victims` in place, and set which offences are online, until the published figures hold.

    `females` are the female residents to whom the rate of violence against women and girls refers.
    """
    scene = Scene(offences, victims, Draws(seed, "partners: published figures"))
    _settle_slavery(scene)
    _settle_sexes(scene, females)
    _settle_online(scene)
    _settle_children(scene)
    _settle_vulnerable(scene)
    _settle_mental(scene)
    _settle_missing(scene)
    _settle_relationships(scene)
    others = chance(scene.draws, 230, len(victims.sex))
    for person in np.flatnonzero(others).tolist():
        victims.nationality[person] = victims.nationality[person] or "British"
