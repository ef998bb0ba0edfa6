"""The page of the data's quality over time: the latest check beside the one before, and every rule over all checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srp_lib import wording
from srp_lib.disclosure import MARK, policy
from srp_lib.display import DASH, Notice, Table
from srp_lib.errors import AuditError
from srp_lib.extracts import RECORDS, REGISTRY
from srp_lib.files import write_text
from srp_lib.history import delivery_changes, delivery_chart, quality_history
from srp_lib.history.delivery_changes import ROWS, Category, Finding, Judged
from srp_lib.history.delivery_limits import CHANCE
from srp_lib.history.delivery_profile import Profile, in_words
from srp_lib.history.quality_history import EXCEPTED, FAILED, OUTCOMES, PASSED, WARNED, Kept

if TYPE_CHECKING:
    from srp_lib.render import Link
    from srp_lib.render import Page as ShellPage
    from srp_lib.subject import Subject

INDEX, DELIVERIES = "index.html", "deliveries.html"
TITLE = "Data quality over time"
CHECKS_SHOWN = 5
WORSE = {PASSED: 0, EXCEPTED: 1, WARNED: 2, FAILED: 3}
MEANINGS = {
    PASSED: "the extract is as the rule says it must be",
    WARNED: "it is not, and every page that uses the extract says so",
    FAILED: "a critical rule is broken, and no figure is made from the extracts",
    EXCEPTED: "a critical rule is broken, and a named person has accepted it for a stated time and reason",
}
FILES_NAMED, FINDINGS_SHOWN = 3, 40


def record(folder: Path, subject: Subject, day: date) -> Path:
    """Keep a validation's results in `folder` and write the page over all kept ones; returns the page's path.

    `subject` has the extracts and their results as its edition may show them; `day` is that of the check. Raises as
    `quality_history.keep` and RenderError where the page fails a check.
    """
    quality_history.keep(folder, subject, day)
    return refresh(folder, subject)


def refresh(folder: Path, subject: Subject) -> Path:
    """Write the page over the checks kept in `folder` where it does not stand already; returns its path."""
    page = folder / INDEX
    if not _stands(page, quality_history.newest(quality_history.read(folder), subject.synthetic)):
        write_text(page, history_page(folder, subject))
    return page


def _stands(page: Path, latest: Kept | None) -> bool:
    """Whether a page is there that tells of the latest check and leads to the pages beside it."""
    if latest is None or not page.is_file():
        return False
    text = page.read_text(encoding="utf-8")
    return f'href="{latest.file}"' in text and (f'href="{DELIVERIES}"' in text) == page.with_name(DELIVERIES).is_file()


def history_page(folder: Path, subject: Subject) -> str:
    """The page over the checks kept in `folder` of the subject's kind (synthetic or not), in the shell that all share.

    Raises AuditError where none is kept or one can't be read, RenderError where the page fails a check.
    """
    from srp_lib import render

    kept = [one for one in quality_history.read(folder) if one.synthetic == subject.synthetic]
    if not kept:
        raise AuditError(f"No check is kept in {folder}: run 'srp check' first.")
    history = History(tuple(kept), subject)
    content = "".join(
        (f'<h2 id="part-{number}">{escape(heading)}</h2>' if heading else "") + html
        for number, (heading, html) in enumerate(history.parts())
        if html
    )
    days = [_day(one.checked) for one in kept]
    span = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    pages = links_of(INDEX, *([DELIVERIES] if (folder / DELIVERIES).is_file() else []))
    page = shell_page(TITLE, subject, (_many(len(kept), "check"), span), pages, set(subject.intake.extracts))
    return render.shell(content, page)


def shell_page(
    title: str, subject: Subject, period: tuple[str, str], links: tuple[Link, ...], used: set[str]
) -> ShellPage:
    """What stands around a page of the history: whose it is, what it covers, the banners, the sources of what it used.

    `period` is what it covers, in short and in full.
    """
    from srp_lib import render
    from srp_lib.report import Shell

    around = Shell(subject, {})
    return render.Page(
        title=title,
        area=subject.place,
        period=period[0],
        span=period[1],
        partnership=subject.partnership,
        edition=subject.edition,
        banners=around.banners(),
        links=links,
        sources=tuple(around.sources(used & set(subject.intake.extracts))),
        ordnance="boundaries" in used,
        product="Data quality",
    )


def links_of(current: str, *others: str) -> tuple[Link, ...]:
    """The navigation between the pages of the folder; the first is always there, and alone needs none."""
    from srp_lib.render import Link

    named = {INDEX: TITLE, DELIVERIES: "Two deliveries compared"}
    there = [name for name in named if name in (INDEX, current, *others)]
    return tuple(Link(name, named[name], name == current) for name in there) if len(there) > 1 else ()


@dataclass(frozen=True)
class History:
    """The kept checks, the earliest first, and the parts of the page over them."""

    kept: tuple[Kept, ...]
    subject: Subject

    @property
    def latest(self) -> Kept:
        """The latest check."""
        return self.kept[-1]

    @property
    def former(self) -> Kept | None:
        """The check before it, where there is one."""
        return self.kept[-2] if len(self.kept) > 1 else None

    @cached_property
    def of_months(self) -> dict[str, Judged]:
        """What was judged of each extract's newest months."""
        found = {
            name: delivery_changes.of_periods(name, own, self._before(name))
            for name, own in _ordered(self.latest.profiles).items()
        }
        return {name: judged for name, judged in found.items() if judged.findings}

    @cached_property
    def of_checks(self) -> Judged:
        """What was judged of the extracts that the check before had in another state."""
        pairs = ((name, own, self._before(name)) for name, own in _ordered(self.latest.profiles).items())
        return delivery_changes.together(
            [delivery_changes.of_checks(name, own, before) for name, own, before in pairs if before]
        )

    @cached_property
    def moved(self) -> list[tuple[str, str, str, str]]:
        """Rules whose result is not what it was: extract, rule, outcome before and now."""
        if not self.former:
            return []
        found = []
        for extract, rules in self.latest.rules.items():
            for rule, now in rules.items():
                before = self.former.rules.get(extract, {}).get(rule)
                if before and before["outcome"] != now["outcome"]:
                    found.append((extract, rule, before["outcome"], now["outcome"]))
        return sorted(found, key=lambda one: (WORSE[one[2]] - WORSE[one[3]], one))

    def parts(self) -> list[tuple[str, str]]:
        """Every part of the page as HTML, under its heading."""
        return [
            ("", self._lead()),
            ("What changed since the check before", self._changes()),
            ("New and changed months beside the others", self._months()),
            ("Every rule over the checks", self._rules()),
            ("Every check", self._checks()),
            ("How to read this page", self._reading()),
        ]

    # --- the first words ---

    def _lead(self) -> str:
        """What the latest check found and how that differs from the one before."""
        tally, number = self.latest.tally, sum(self.latest.tally.values())
        told = [f"{wording.whole(tally[PASSED])} of {_many(number, 'rule')} passed"]
        told += [f"{_many(tally[WARNED], 'rule')} gave a warning"] if tally[WARNED] else []
        told += [f"{_many(tally[EXCEPTED], 'rule')} {_be(tally[EXCEPTED])} excepted"] if tally[EXCEPTED] else []
        told += [f"{_many(tally[FAILED], 'critical rule')} failed"] if tally[FAILED] else []
        may = "The extracts could not be audited." if self.latest.refused else "The extracts may be used."
        lead = f"In the latest check, of {_day(self.latest.checked)}, {wording.listed(told)}. {may}"
        faults = "".join(Notice(fault, "refused").html() for fault in self.latest.faults)
        about = (
            "Before figures are made, every extract is held to rules. This page keeps each check, so that anyone can see "
            "whether the data are getting better or worse, and whether the newest delivery looks like those before it."
        )
        where = (
            "The reports are two folders up from this page, each in the folder of its period and edition, such as "
            f"2020-21/{self.subject.edition}/index.html."
        )
        said = "".join(f"<p>{escape(text)}</p>" for text in (self._since(), about, where))
        return f'<p class="lead">{escape(lead)}</p>{faults}{said}'

    def _since(self) -> str:
        """How the latest check differs from the one before, in a sentence or two."""
        if not self.former:
            return "It is the first check that was kept, so there is none to set it beside yet."
        worse = sum(WORSE[now] > WORSE[before] for _, _, before, now in self.moved)
        better = len(self.moved) - worse
        rules = (
            f"{_none(worse, 'rule')} got worse and {_none(better)} better"
            if self.moved
            else "no rule has another result"
        )
        changed = len(self._extract_rows())
        files = (
            f"the files of {_many(changed, 'extract')} are not as they were"
            if changed
            else "every extract is as it was"
        )
        return f"Since the check before, of {_day(self.former.checked)}, {rules}; {files}."

    # --- the latest against the one before ---

    def _changes(self) -> str:
        if not self.former:
            return ""
        rules = [
            (_title(extract), self._named_rule(rule), before, now, self._found(extract, rule))
            for extract, rule, before, now in self.moved
        ]
        columns = ("Extract", "Rule", "Before", "Now", "What was found now")
        parts = [_table("Rules with another result", columns, rules, "Every rule has the result that it had.")]
        columns = ("Extract", "Files", "Rows before", "Rows now", "Change", "Files added, gone or changed")
        rows = self._extract_rows()
        parts.append(
            _table(
                "Extracts whose files are not as they were",
                columns,
                rows,
                "Every extract has the files that it had.",
                self._note(),
            )
        )
        if rows:
            parts.append(self._shares())
            parts.append(_categories(self.of_checks.categories, "Values that came or went since the check before"))
        return "".join(parts)

    def _found(self, extract: str, rule: str) -> str:
        now = self.latest.rules[extract][rule]
        if now["outcome"] != PASSED and not now["details"]:
            return f"{now['observed']}."
        said = " ".join(now.get("details", ())) or now.get(
            "observed", f"{_number(now['checked'])} looked at, none failed"
        )
        return f"{said} Excepted {now['waived']}." if now.get("waived") else said

    @cached_property
    def _whys(self) -> dict[str, str]:
        """Why each rule is there, in a sentence; the latest check's words, else those kept of a rule that did not pass."""
        kept = {name: one["why"] for check in self.kept for own in check.rules.values() for name, one in own.items() if "why" in one}  # fmt: skip
        return kept | {one.rule: one.why for one in self.subject.results}

    def _named_rule(self, rule: str) -> str:
        """A rule for a table's cell: why it is there, and its code below."""
        return "\n".join(filter(None, (self._whys.get(rule, ""), _breakable(rule))))

    def _extract_rows(self) -> list[tuple[str, ...]]:
        """A row for each extract whose files differ from those of the check before."""
        assert self.former
        rows = []
        for name in sorted({*self.latest.profiles, *self.former.profiles}, key=list(REGISTRY).index):
            now, before = self.latest.profiles.get(name), self.former.profiles.get(name)
            if now is None or before is None:
                state = "Not supplied any more" if now is None else "Not supplied before"
                rows.append((_title(name), _files(now), _rows(before), _rows(now), DASH, state))
            elif (_sums(now), now.rows) != (_sums(before), before.rows):
                rows.append(
                    (_title(name), _files(now), _rows(before), _rows(now), _step(now, before), _which(now, before))
                )
        return rows

    def _shares(self) -> str:
        """Blanks and values whose share is not what it was."""
        judged = self.of_checks
        caption = "Rows, blanks and values that are not as they were"
        many = _many(len(judged.findings), "comparison")
        none = f"None of {many} of rows, blanks and values lies outside what chance would explain."
        note = (
            f"{wording.whole(len(judged.outside))} of {many}. Of an extract with months, the months that both checks have are compared. "
            "The usual range is what the check before leads one to expect, allowing for chance."
        )
        return _findings(caption, judged.outside, none, note)

    def _note(self) -> str:
        """What the public edition does to counts of partners' records."""
        rule = policy(self.subject.config, self.subject.edition)
        held = any(name in RECORDS for name in self.latest.profiles)
        return rule.note if held else ""

    # --- the newest months ---

    def _months(self) -> str:
        if not self.of_months:
            return Notice(
                "No extract with rows of several months was supplied, so no month can be set beside others."
            ).html()
        judged = delivery_changes.together(list(self.of_months.values()))
        many = _many(len(judged.findings), "comparison")
        which = (
            "Each month that is new since the check before or has changed (the newest, where an extract has none) is"
            if self.former
            else "The newest month is"
        )
        intro = (
            f"{which} held against the other months nearest to it: how many rows, how many blanks, and the share of each value. "
            "Outside the usual range is a question to the supplier and not yet a fault: real change does it too."
        )
        caption = "Months that are out of the usual"
        none = f"None of {many} lies outside the usual range."
        starred = any(_starred(one) for one in judged.findings)
        note = f"{wording.whole(len(judged.outside))} of {many}. {SOUND}{f' {STARRED}' if starred else ''}"
        parts = [f"<p>{escape(intro)}</p>", _findings(caption, judged.outside, none, note)]
        parts.append(_categories(judged.categories, "Values that only these months have, or that they alone lack"))
        parts += [self._chart(name) for name in self.of_months]
        folded = (_folded(_title(name), own.findings) for name, own in self.of_months.items())
        return "".join([*parts, "<h3>All that was compared</h3>", *folded])

    def _chart(self, name: str) -> str:
        profile = self.latest.profiles[name]
        wanted = delivery_changes.new_periods(profile, self._before(name))
        found = {one.period: one for one in self.of_months[name].findings if one.kind == ROWS}
        return delivery_chart.rows_chart(name, _title(name), profile, wanted, found).html()

    def _before(self, name: str) -> Profile | None:
        return self.former.profiles.get(name) if self.former else None

    # --- every rule, every check ---

    def _rules(self) -> str:
        """By extract: what each rule that ever failed said in the latest checks, and the names of those that never did."""
        shown = list(reversed(self.kept[-CHECKS_SHOWN:]))
        extracts = sorted({name for one in self.kept for name in one.rules}, key=list(REGISTRY).index)
        return _intro_of_rules(len(shown), len(self.kept)) + "".join(self._rules_of(name, shown) for name in extracts)

    def _rules_of(self, extract: str, shown: Sequence[Kept]) -> str:
        """One extract's rules, on demand."""
        names = dict.fromkeys(rule for one in reversed(self.kept) for rule in one.rules.get(extract, {}))
        results = {rule: [one.rules.get(extract, {}).get(rule) for one in self.kept] for rule in names}
        clean = [rule for rule, own in results.items() if all(one is None or one["outcome"] == PASSED for one in own)]
        rows = tuple(
            (
                self._named_rule(rule),
                *(_cell(one.rules.get(extract, {}).get(rule)) for one in shown),
                _passed(results[rule]),
            )
            for rule in names
            if rule not in clean
        )
        days = self._labels()
        columns = ("Rule", *(days[one.file] for one in shown), "Over all checks")
        table = Table(f"Rules for {extract} that did not pass every time", columns, rows).html() if rows else ""
        sure = self._sure(clean)
        title = f"{_title(extract)}: {len(clean)} of {_many(len(names), 'rule')} passed in every check"
        return f'<details class="rules"><summary>{escape(title)}</summary>{table}{sure}</details>'

    def _sure(self, rules: Sequence[str]) -> str:
        """The rules that passed in every check, on demand: why each is there, then its code."""
        if not rules:
            return ""
        told = (
            (f"{escape(self._whys[rule])} " if self._whys.get(rule) else "") + f"<code>{_coded(rule)}</code>"
            for rule in rules
        )
        items = "".join(f"<li>{text}</li>" for text in told)
        return f"<details><summary>Passed every time: {_many(len(rules), 'rule')}</summary><ul>{items}</ul></details>"

    def _checks(self) -> str:
        days = self._labels()
        rows = tuple(
            (
                days[one.file],
                *(str(one.tally[outcome]) for outcome in OUTCOMES),
                str(len(one.profiles)),
                "Could not be audited" if one.refused else "May be used",
            )
            for one in reversed(self.kept)
        )
        hrefs = tuple((one.file, *[""] * 6) for one in reversed(self.kept))
        columns = ("Check of", *OUTCOMES, "Extracts", "Extracts said to be")
        note = "Each day leads to what was kept of that check, as JSON. A check of the same files with the same results is kept once."
        return Table("Checks kept, the latest first", columns, rows, note, hrefs=hrefs).html()

    def _labels(self) -> dict[str, str]:
        """Each kept check's day, numbered where a day has several."""
        days = [one.checked for one in self.kept]
        return {
            one.file: _day(one.checked)
            + (f" ({days[: at + 1].count(one.checked)})" if days.count(one.checked) > 1 else "")
            for at, one in enumerate(self.kept)
        }

    def _reading(self) -> str:
        """What the words and the limits mean."""
        meanings = "".join(f"<li><strong>{name}</strong>: {escape(text)}.</li>" for name, text in MEANINGS.items())
        protects = policy(self.subject.config, self.subject.edition).protects
        kept_out = (
            "In this edition the shares of partners' records are given for the whole extract and not by month, and "
            "are worked out from protected counts."
            if protects and any(name in RECORDS for name in self.latest.profiles)
            else ""
        )
        return f"<ul>{meanings}</ul>" + "".join(f"<p>{escape(text)}</p>" for text in (*HOW, kept_out) if text)


SOUND = (
    "Crime moves with the seasons and over the years, so many lie outside where nothing is wrong: one in six in "
    "South Yorkshire's published files of 2018 to 2025."
)
STARRED = "* The range of chance alone: the page's end says when it is used."
HOW = (
    "The usual range of a month comes from the 13 other months nearest to it, by control limits: their mean plus and minus "
    "2.66 times the mean step from one month to the next. Counts that this edition rounds are held against limits as "
    "much wider as the rounding may be off.",
    "A range with a star is another: where there are fewer other months, or fewer than five rows of a kind in a usual month, it is what chance "
    "alone would explain 998 times in 1,000, going by all the other rows together. Deliveries differ by more than "
    "chance, so such a range is narrow. Two checks are held against each other in that way too.",
    "A blank is a cell without a value. Free text, identifiers and names are never looked into. A case's outcome and "
    "what else is filled in as a case goes on are not held to a range, because the newest months always lack it.",
)


def _intro_of_rules(shown: int, kept: int) -> str:
    which = (
        "each check"
        if kept == shown
        else f"the latest {wording.number_word(shown)} of {wording.number_word(kept)} checks"
    )
    return f"<p>What each rule said in {which}, the latest first, with what it found where it did not pass.</p>"


def _findings(caption: str, found: Sequence[Finding], none: str, note: str) -> str:
    """A table of comparisons outside their limits; those of checks have no month of their own."""
    columns = ("Extract", "Month", "What", "Found", "Usual range", "Verdict")
    rows = tuple((_title(one.extract), *_told(one)) for one in found[:FINDINGS_SHOWN])
    if len(found) > FINDINGS_SHOWN:
        note = f"The first {FINDINGS_SHOWN} of them are shown. {note}"
    if not rows:
        return f"<p>{escape(none)}</p>"
    return Table(caption, columns, rows, note).without(("",)).html()


def _told(one: Finding) -> tuple[str, ...]:
    """A comparison as a table's cells."""
    unit = "rows" if one.kind == ROWS else "%"
    found, usual = delivery_chart.cells(one.value, one.limits, unit)
    period = delivery_chart.period_name(one.period) if one.period else ""
    star = "*" if _starred(one) and usual != DASH else ""
    return period, one.label, found, usual + star, delivery_chart.verdict(one.value, one.limits, unit)


def _starred(one: Finding) -> bool:
    """Whether the range of a month is from chance alone; that of two checks always is."""
    return bool(one.period) and one.limits.method == CHANCE


def _folded(title: str, found: Sequence[Finding]) -> str:
    """All comparisons of one extract, on demand."""
    columns = ("Month", "What", "Found", "Usual range", "Verdict")
    table = Table(f"{title}: months judged beside the others", columns, tuple(map(_told, found)))
    outside = sum(bool(one.verdict) for one in found)
    summary = f"{title}: {wording.whole(outside)} of {_many(len(found), 'comparison')} out of the usual"
    return f'<details class="rules"><summary>{escape(summary)}</summary>{table.html()}</details>'


def _categories(found: Iterable[Category], caption: str) -> str:
    """Values that came or went, a row for each column; nothing where none did."""
    groups: dict[tuple[str, str, str], tuple[list[str], list[str]]] = {}
    for one in found:
        came, went = groups.setdefault((one.extract, one.period, one.column), ([], []))
        (came if one.new else went).append(one.shown)
    rows = tuple(
        (
            _title(extract),
            delivery_chart.period_name(period) if period else "",
            in_words(column),
            "\n".join(came) or DASH,
            "\n".join(went) or DASH,
        )
        for (extract, period, column), (came, went) in groups.items()
    )
    return Table(caption, ("Extract", "Month", "Column", "New", "Gone"), rows).without(("",)).html() if rows else ""


def _table(caption: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], none: str, note: str = "") -> str:
    """A table, or a sentence where it would be empty."""
    return Table(caption, columns, tuple(rows), note).html() if rows else f"<p>{escape(none)}</p>"


def _cell(rule: dict[str, Any] | None) -> str:
    """A rule's result in one check."""
    if rule is None:
        return DASH
    return rule["outcome"] if rule["outcome"] == PASSED else f"{rule['outcome']}: {rule['observed']}"


def _passed(results: Sequence[dict[str, Any] | None]) -> str:
    known = [one for one in results if one is not None]
    return f"passed {sum(one['outcome'] == PASSED for one in known)} of {len(known)}"


def _number(count: int | None) -> str:
    return MARK if count is None else wording.whole(count)


def _sums(profile: Profile) -> set[tuple[str, str]]:
    return {(path, sha) for path, sha, _ in profile.files}


def _which(now: Profile, before: Profile) -> str:
    """Files that were added, went or changed, the first few by name."""
    ours, theirs = ({path: sha for path, sha, _ in one.files} for one in (now, before))
    added, gone = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
    changed = sorted(path for path in set(ours) & set(theirs) if ours[path] != theirs[path])
    kinds = {"added": added, "gone": gone, "changed": changed}
    said = [f"{len(paths)} {kind}: {_named(paths)}" for kind, paths in kinds.items() if paths]
    return "\n".join(said) or "The same files, read otherwise"


def _named(paths: Sequence[str]) -> str:
    more = [f"{len(paths) - FILES_NAMED} more"] if len(paths) > FILES_NAMED else []
    return ", ".join([path.replace("/", "/\N{ZERO WIDTH SPACE}") for path in paths[:FILES_NAMED]] + more)


def _files(profile: Profile | None) -> str:
    return wording.whole(len(profile.files)) if profile else "0"


def _rows(profile: Profile | None) -> str:
    return DASH if profile is None else _number(profile.rows)


def _step(now: Profile, before: Profile) -> str:
    """By how much the number of rows moved."""
    return DASH if now.rows is None or before.rows is None else wording.signed(now.rows - before.rows, 0)


def _title(name: str) -> str:
    return REGISTRY[name].title if name in REGISTRY else name


def _coded(rule: str) -> str:
    """A rule's id in a sentence, as HTML."""
    return escape(rule).replace(".", ".<wbr>").replace("_", "_<wbr>")


def _breakable(rule: str) -> str:
    """A rule's id, which may break at its dots and underscores where a column is narrow."""
    return rule.replace(".", ".\N{ZERO WIDTH SPACE}").replace("_", "_\N{ZERO WIDTH SPACE}")


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _many(number: int, noun: str) -> str:
    return f"{wording.whole(number)} {noun}{'' if number == 1 else 's'}"


def _none(number: int, noun: str = "") -> str:
    """A number with its noun, "no" or "none" where it is nought."""
    return (
        f"{wording.whole(number) if number else 'no'} {noun}{'' if number == 1 else 's'}"
        if noun
        else wording.whole(number)
        if number
        else "none"
    )


def _ordered(profiles: Mapping[str, Profile]) -> dict[str, Profile]:
    """Profiles in the order of the extracts that the audit knows."""
    return {name: profiles[name] for name in sorted(profiles, key=list(REGISTRY).index)}


def _be(number: int) -> str:
    return "is" if number == 1 else "are"
