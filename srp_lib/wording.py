"""Wording: how figures and verdicts are written, in one place so that every page says them alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from srp_lib import verdicts
from srp_lib.estimates import Estimate

MINUS = "\N{MINUS SIGN}"
MARKS = {
    verdicts.HIGHER: "\N{BLACK UP-POINTING TRIANGLE}",
    verdicts.LOWER: "\N{BLACK DOWN-POINTING TRIANGLE}",
    verdicts.UNCLEAR: "\N{BLACK DIAMOND}",
    verdicts.TOO_FEW: "\N{BULLET}",
    verdicts.MET: "\N{CHECK MARK}",
    verdicts.ON_COURSE: "\N{RIGHTWARDS ARROW}",
    verdicts.NOT_ON_COURSE: "\N{RIGHTWARDS ARROW WITH STROKE}",
    verdicts.NOT_MET: "\N{MULTIPLICATION SIGN}",
    verdicts.CANT_TELL: "\N{WHITE CIRCLE}",
}
SHORT = {
    verdicts.HIGHER: "Higher, more than chance",
    verdicts.LOWER: "Lower, more than chance",
    verdicts.UNCLEAR: "No clear change",
    verdicts.TOO_FEW: "Too few to say",
    verdicts.MET: "Target met",
    verdicts.ON_COURSE: "On course for the target",
    verdicts.NOT_ON_COURSE: "Not on course for the target",
    verdicts.NOT_MET: "Target not met",
    verdicts.CANT_TELL: "Can't tell of the target",
}


def whole(number: float) -> str:
    """A count with thousands commas: 1,234."""
    return f"{number:,.0f}".replace("-", MINUS)


def decimal(number: float, places: int = 1) -> str:
    """A number to `places` decimals with thousands commas and a true minus sign; never "minus zero"."""
    rounded = round(number, places) + 0.0
    return f"{rounded:,.{places}f}".replace("-", MINUS)


def signed(number: float, places: int = 1) -> str:
    """A change with its sign always shown: +4.1 or a true minus sign."""
    text = decimal(number, places)
    return text if text.startswith(MINUS) or round(number, places) == 0 else f"+{text}"


def listed(parts: Sequence[str], joiner: str = "and") -> str:
    """Words in a row: "a", "a and b", "a, b and c"; empty text for none."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {joiner} {parts[-1]}" if parts else ""


def interval(estimate: Estimate, places: int = 1) -> str:
    """The interval with its level: "95% interval 25.1 to 26.3", with % signs where the unit has them."""
    sign = "%" if "%" in estimate.unit else ""
    writer = signed if estimate.unit == verdicts.CHANGE else decimal
    return f"{estimate.confidence:.0%} interval {writer(estimate.lower, places)}{sign} to {writer(estimate.upper, places)}{sign}"


def upper_first(text: str) -> str:
    """The text with its first letter a capital and the rest as it is."""
    return text[:1].upper() + text[1:]


def slug_of(name: str) -> str:
    """A name for a fact's id or a file's name: small letters without accents, digits and "_"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def marked(verdict: str) -> str:
    """A verdict for a table: its mark and its words, such as an upward triangle and "Higher"."""
    return f"{MARKS[verdict]} {upper_first(verdict)}" if verdict else "No comparator"


def movement(changes: Sequence[tuple[str, float]], verb: str) -> str:
    """Which things moved one way and by how much, largest first, as one sentence; "" for none.

    `changes` pairs a plural noun with its change in %; `verb` is "rose" or "fell". Beyond three, the largest three
    are named and the rest counted.
    """
    ordered = sorted(changes, key=lambda pair: -abs(pair[1]))
    if not ordered:
        return ""
    if len(ordered) == 1:
        return upper_first(f"{ordered[0][0]} {verb} by {decimal(abs(ordered[0][1]))}%.")
    names = listed([f"{noun} ({decimal(abs(size))}%)" for noun, size in ordered[:3]])
    rest = len(ordered) - 3
    tail = f" most, and {number_word(rest)} other type{'' if rest == 1 else 's'} {verb} too" if rest > 0 else ""
    return upper_first(f"{names} {verb}{tail}.")


def number_word(number: int) -> str:
    """A small whole number as a word, a larger one in figures."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[number] if 0 <= number < len(words) else whole(number)
