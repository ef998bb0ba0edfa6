"""Subject: what every page of a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from srp_lib import evidence
from srp_lib.commentary import Commentary
from srp_lib.config import Config
from srp_lib.errors import AuditError

if TYPE_CHECKING:
    from srp_lib.earlier import Earlier
    from srp_lib.extracts import Intake
    from srp_lib.gate import RuleResult
    from srp_lib.periods import Period


@dataclass(frozen=True)
class Subject:
    """What every page of a report is about; `period` is None where the extracts were refused."""

    config: Config
    area: str
    edition: str
    intake: Intake
    results: tuple[RuleResult, ...]
    faults: tuple[str, ...]
    synthetic: bool
    period: Period | None = None
    commentary: Commentary = Commentary()
    previous: Earlier | None = None

    @property
    def place(self) -> str:
        """The area's name; its code where no extract that could be read has it."""
        try:
            return evidence.area_name(self.intake, self.config, self.area)
        except AuditError:
            return self.area

    @property
    def partnership(self) -> str:
        """The name of the partnership whose audit this is."""
        try:
            return evidence.partnership_name(self.intake, self.config, self.area)
        except AuditError:
            return "Community safety partnership"
