"""The auditor's page: what was supplied, which rules it was held to, and what came of them. Nothing row-level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from srp_lib import extracts, periods, quality, wording
from srp_lib.checks import read_checks
from srp_lib.config import load_config
from srp_lib.disclosure import MARK, PUBLIC, policy
from srp_lib.display import DASH, Notice, Table
from srp_lib.extracts import RECORDS, REGISTRY, Extract, ExtractError, Intake
from srp_lib.gate import EXCEPTION, UNITS
from srp_lib.quality import RuleResult

OUTCOMES = {
    (True, "critical"): "Passed",
    (True, "warning"): "Passed",
    (False, "critical"): "Failed: stops the audit",
    (False, "warning"): "Warning",
}
EXCEPTED = "Excepted"


@dataclass(frozen=True)
class Block:
    """Text and HTML shown as one."""

    text: str
    html: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What Jupyter shows."""
        return {"text/plain": self.text, "text/html": self.html}


@dataclass(frozen=True)
class QualityPage:
    """The parts of the page, each a display object."""

    intake: Intake
    results: tuple[RuleResult, ...]
    faults: tuple[str, ...] = ()
    edition: str = "public"
    area: str = ""
    notes: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the extracts may not be used."""
        return bool(self.faults) or any(one.refuses for one in self.results)

    def verdict(self) -> Block:
        """Whether the extracts may be used, in a sentence, and why not where they may not."""
        refused = [result for result in self.results if result.refuses]
        if refused or self.faults:
            broken = [f"{_many(len(refused), 'critical rule')} failed"] if refused else []
            unfit = ["something besides the rules stands in the way"] if self.faults else []
            text = f"The audit was refused: {wording.listed([*broken, *unfit])}. No figure was made."
            return Block(text, f'<p class="lead">{escape(text)}</p>{_notices("refused", self.faults)}')
        text = f"{self._passed()} {self._warned()}".strip()
        return Block(text, f'<p class="lead">{escape(text)}</p>{_notices("caveat", self.notes)}')

    def _passed(self) -> str:
        """How the critical rules fared, in a sentence, where the extracts may be used."""
        critical = sum(result.severity == "critical" for result in self.results)
        excepted = sum(bool(result.waived) for result in self.results)
        if not excepted:
            return f"All {critical} critical rules passed, so the extracts may be used."
        those = "the one that failed is" if excepted == 1 else f"the {wording.number_word(excepted)} that failed are"
        return (
            f"Of {critical} critical rules {critical - excepted} passed and {those} excepted, as said below, so the "
            "extracts may be used."
        )

    def _warned(self) -> str:
        """How many of the other rules gave a warning; "" where there are no others."""
        others = [result for result in self.results if result.severity != "critical"]
        warned = sum(not result.passed for result in others)
        return f"Of the {len(others)} other rules, {wording.number_word(warned)} gave a warning." if others else ""

    def not_passed(self) -> Block | Notice:
        """Each rule that failed: what it found, why it matters and what to do. Critical ones first."""
        failed = sorted((result for result in self.results if not result.passed), key=lambda result: result.severity)
        if not failed:
            return Notice("Every rule passed.")
        return Block(f"{len(failed)} rules did not pass", "".join(_finding(result) for result in failed))

    def extracts(self) -> Table:
        """One line per extract that the audit knows: publisher, files, rows, what it covers; absent ones say so."""
        columns = ("Extract", "Publisher", "Files", "Rows", "Covers", "Rules passed")
        return Table("Extracts that the audit knows", columns, tuple(self._extract_row(name) for name in REGISTRY))

    def rules(self) -> Block:
        """The rules of each extract under how many passed, in the order of its suite; open where one did not."""
        parts = []
        for name in self.intake.extracts:
            own = [result for result in self.results if result.extract == name]
            passed = sum(result.passed for result in own)
            columns = ("Rule", "Dimension", "Severity", "Result", "Failing", "Why")
            table = Table(f"Rules for {name}", columns, tuple(_rule_row(result) for result in own)).html()
            table = table.replace('data-label="Why"', 'data-label="Why" class="why"')
            title = f"{escape(REGISTRY[name].title)}: {passed} of {len(own)} rules passed"
            parts.append(
                f'<details class="rules"{"" if passed == len(own) else " open"}><summary>{title}</summary>{table}</details>'
            )
        where = (
            f"The history of these rules over all checks is in quality/{self.edition}/index.html, in the folder that "
            "the reports are made in."
        )
        return Block("Rules by extract", f"<p>{escape(where)}</p>{''.join(parts)}")

    def files(self) -> Block:
        """The files of each extract, with fingerprint, rows and months; on demand, as there can be many."""
        parts = []
        for name, extract in self.intake.extracts.items():
            sized = name not in RECORDS or self.edition != PUBLIC
            rows = tuple(
                _file_row(row, self._number(name, row["rows"]), sized) for row in extract.files.to_dict("records")
            )
            table = Table(f"Files of {name}", ("File and SHA-256", "Bytes", "Rows", "Covers", "State"), rows)
            title = f"{escape(REGISTRY[name].title)}: {_many(len(extract.files), 'file')}"
            parts.append(f'<details class="rules"><summary>{title}</summary>{table.html()}</details>')
        return Block("Files by extract", "".join(parts))

    def ignored(self) -> Table | Notice:
        """Files in the raw folder that no extract took: why, and how many; by name only in the partnership edition.

        A stray file's own name can tell on somebody, so the public page counts them.
        """
        if not self.intake.ignored:
            return Notice("Every file in the raw folder was used.")
        if self.edition == "partnership":
            return Table("Files that no extract took", ("File", "Why"), tuple(self.intake.ignored))
        reasons = Counter(reason for _, reason in self.intake.ignored)
        rows = tuple((wording.upper_first(reason), str(number)) for reason, number in sorted(reasons.items()))
        note = "'srp check' lists them by name."
        return Table("Files that no extract took", ("Why", "Files"), rows, note)

    def reconciliation(self) -> Block | Notice:
        """The area's street-level files beside every table C2 supplied, with the known reasons for a difference."""
        if self.refused or not self.area:
            return Notice("The audit was refused, so the street-level files were not held against table C2.", "missing")
        from srp_lib.evidence import area_name
        from srp_lib.reconciliation import parts  # they need pandas, and the page of refused extracts does not

        shown = [
            (f"<h3>{escape(head)}</h3>" if head else "") + one.html() + why.html()
            for head, one, why in parts(self.intake, self.area, area_name(self.intake, load_config(), self.area))
        ]
        return Block("Street-level files beside table C2", "".join(shown))

    def parts(self) -> list[tuple[str, object]]:
        """All parts under their headings, for the page of a refused audit, which no notebook makes."""
        return [
            ("", self.verdict()), ("What did not pass", self.not_passed()), ("The extracts", self.extracts()),
            ("Every rule and its result", self.rules()), ("Against the official count", self.reconciliation()),
            ("The files", self.files()), ("Files that were not used", self.ignored()),
        ]  # fmt: skip

    def _number(self, extract: str, rows: int) -> str:
        """A number of rows, as it may be shown."""
        shown = policy(load_config(), self.edition, extract in RECORDS)
        return shown.count(rows).text

    def _extract_row(self, name: str) -> tuple[str, ...]:
        source, extract = REGISTRY[name], self.intake.extracts.get(name)
        if extract is None:
            return (
                source.title,
                source.publisher,
                "0",
                "0",
                "not supplied" + (" (required)" if source.required else ""),
                "",
            )
        own = [result for result in self.results if result.extract == name]
        passed = sum(result.passed for result in own)
        return (
            source.title,
            source.publisher,
            wording.whole(len(extract.files)),
            self._number(name, int(extract.files["rows"].sum())),
            covers(extract),
            f"{passed} of {len(own)}",
        )


def open_quality(processed: str = "", edition: str = "") -> QualityPage:
    """The page over the latest validation; blank means the processed data and the edition of audit.toml.

    Raises ExtractError where nothing has been validated yet.
    """
    config = load_config()
    folder = Path(processed) if processed else config.processed
    checks, intake = read_checks(folder), extracts.load(folder)
    if checks is None or checks.keys != intake.keys:
        raise ExtractError("These extracts have not been checked yet: run 'srp check' or 'srp audit' first.")
    shown = edition or config.edition
    results = quality.protected(quality.from_records(checks.results), policy(config, shown))
    return QualityPage(intake, tuple(results), tuple(checks.faults), shown, checks.area, tuple(checks.notes))


def covers(extract: Extract) -> str:
    """The months or the vintages that an extract's files cover, in words."""
    files = extract.files
    months = {month for text in files.get("inner_months", ()) for month in periods.months_in(text)}
    if months and extract.name == "services":
        return f"records that ended in {periods.month_span(min(months), max(months))}"
    if months:
        return periods.list_months(months)
    ends = sorted({month for text in files["last_month"] for month in periods.months_in(text)})
    if ends:
        return wording.listed([f"year ending {periods.month_name(month)}" for month in ends])
    return wording.listed(sorted({str(vintage) for vintage in files["vintage"] if vintage}))


def warnings(results: Sequence[RuleResult], used: set[str]) -> list[str]:
    """A sentence for each failed rule of the extracts used, for the foot of a page; exceptions say that they are."""
    return [
        exception(result) if result.waived else _sentence(result)
        for result in results
        if not result.passed and result.extract in used
    ]


def exceptions(results: Sequence[RuleResult], used: set[str]) -> list[str]:
    """What `warnings` says of the critical failures that are accepted, for the head of a page."""
    return [exception(result) for result in results if result.waived and result.extract in used]


def exceptions_in_short(results: Sequence[RuleResult], used: set[str]) -> list[str]:
    """One sentence in the place of `exceptions`, for a sheet of paper that has no room; none where there is none."""
    titles = dict.fromkeys(REGISTRY[one.extract].title for one in results if one.waived and one.extract in used)
    quoted = wording.listed([f'"{title}"' for title in titles])
    said = f"{EXCEPTION} faults in {quoted} are accepted for this audit; see the page Data quality."
    return [said] if titles else []


def _sentence(result: RuleResult) -> str:
    found = " ".join(result.details) or f"{result.why.rstrip('.')}: {_counts(result)}."
    return f"{REGISTRY[result.extract].title}: {found}"


def exception(result: RuleResult) -> str:
    """What a critical rule that failed found, then who accepts it, until when and why."""
    found = " ".join(result.details)
    broken = f"{found} This breaks" if found else f"{_counts(result)} break"
    why = "" if found else f" Why it matters: {_ended(result.why)}"
    rule = f"{broken} the critical rule {result.rule}.{why}"
    return f"{EXCEPTION} {REGISTRY[result.extract].title}: {rule} {_accepted(result)}"


def _accepted(result: RuleResult) -> str:
    """Who accepts a failure, until when and why."""
    return f"Accepted {_ended(result.waived)}"


def _ended(text: str) -> str:
    """A text that ends as a sentence does."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _outcome(result: RuleResult) -> str:
    return EXCEPTED if result.waived else OUTCOMES[result.passed, result.severity]


def _notices(kind: str, sentences: Sequence[str]) -> str:
    return "".join(f'<p class="notice {kind}">{escape(sentence)}</p>' for sentence in sentences)


def _counts(result: RuleResult) -> str:
    """Failing of checked, in what was checked; the observation says it where it does, such as "31 of 88 months"."""
    return result.observed or f"{_shown(result.failing)} of {_shown(result.checked)}"


def _shown(count: int | None) -> str:
    """A count, or the mark of one that is withheld."""
    return MARK if count is None else wording.whole(count)


def _rule_row(result: RuleResult) -> tuple[str, ...]:
    # A rule's id may break at its dots and underscores, where a narrow column needs it to.
    name = result.rule.replace(".", ".\N{ZERO WIDTH SPACE}").replace("_", "_\N{ZERO WIDTH SPACE}")
    return (
        name,
        result.dimension,
        result.severity,
        _outcome(result),
        _counts(result),
        result.why,
    )


def _finding(result: RuleResult) -> str:
    kind = "refused" if result.refuses else "caveat"
    details = "".join(f"<li>{escape(detail)}</li>" for detail in result.details)
    whole = UNITS.get(result.view) == "files"  # each of them fails by itself, and there is nothing to count in it
    where = "Where:" if whole else "Where, with the number failing:"
    files = "".join(f"<li>{escape(path)}{'' if whole else f': {_shown(count)}'}</li>" for path, count in result.files)
    return (
        f'<div class="finding-block"><h3>{escape(REGISTRY[result.extract].title)}: {escape(result.rule)}</h3>'
        f'<p class="notice {kind}">{_outcome(result)}: {escape(_counts(result))}.</p>'
        f"{_notices('caveat', [_accepted(result)] if result.waived else [])}"
        f"{f'<ul>{details}</ul>' if details else ''}{f'<p>{where}</p><ul>{files}</ul>' if files else ''}"
        f"<p><strong>Why it matters:</strong> {escape(result.why)}</p><p><strong>What to do:</strong> {escape(result.remedy)}</p></div>"
    )


def _file_row(row: dict[str, object], rows: str, sized: bool) -> tuple[str, ...]:
    """A file's line; `rows` is its number of rows as it may be shown, and a size that would tell it is left out."""
    months = [month for text in (row["first_month"], row["last_month"]) for month in periods.months_in(str(text))]
    covered = periods.month_span(months[0], months[-1]) if months else str(row["vintage"])
    name = f"{row['path']}\n{row['sha256']}"
    size = wording.whole(row["bytes"]) if sized else DASH
    return name, size, rows, covered, str(row["problem"] or "Read")


def _many(number: int, noun: str) -> str:
    return f"{wording.whole(number) if number else 'No'} {noun}{'' if number == 1 else 's'}"
