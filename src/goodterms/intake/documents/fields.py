"""The fields of a document on their way into the model: what is needed and missing, or is no amount or day, is a problem with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from typing import Any

from goodterms.facts.columns import MONEY_DIGITS
from goodterms.intake.documents.xml_values import amount_of, day_of, fits, text_at
from goodterms.problems import Origin, Problem, Severity

WIDE = Context(prec=100)
"""Where a hostile file multiplies and divides its largest and smallest amounts, nothing overflows; what does not fit in the end is refused."""
ASK_SENDER = "Ask the sender for a right one, or leave the document out."


@dataclass
class Fields:
    """The fields of one document of a file, with the problems that were found.

    ``decimal_comma`` says that amounts are written as ``1,50`` (Finvoice); ``lines_above`` how many lines of the file stand above the document.
    """

    file: str
    decimal_comma: bool = False
    lines_above: int = 0
    document: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def unfit(self) -> bool:
        """Whether something that is needed is missing or cannot be read, so that the document takes no part."""
        return any(problem.severity == Severity.REJECTED for problem in self.problems)

    def needed(self, element: Any, what: str, *paths: str) -> str:
        """Return a text that every document has; where it is missing, that is a problem."""
        found = text_at(element, *paths)
        if not found:
            self.reject("missing", f"{self.named} has no {what}.", element, paths[0])
        return found

    def amount(self, element: Any, *paths: str, row: int | None = None) -> Decimal | None:
        """Return an amount or quantity, exactly; ``None`` where the document states none."""
        text = text_at(element, *paths)
        if not text:
            return None
        return self.number(text, element, paths[0], row)

    def number(self, text: str, element: Any, path: str, row: int | None = None) -> Decimal | None:
        """Return what a text says as a decimal; ``None``, and a problem, where it is none or has too many digits."""
        plain = "".join(text.split()).replace(",", ".") if self.decimal_comma else text
        amount = amount_of(plain)
        if amount is None or not fits(amount):
            expected = "an amount" if amount is None else f"an amount of at most {MONEY_DIGITS} digits"
            self._say("not-an-amount", element, path, row, seen=text[:60], expected=expected)
            return None
        return amount

    def day(self, element: Any, *paths: str) -> date | None:
        """Return a day, written as 2026-09-25 or 20260925; ``None`` where the document states none."""
        text = text_at(element, *paths)
        if not text:
            return None
        dashed = f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isascii() and text.isdigit() else text
        day = day_of(dashed)
        if day is None:
            self._say("not-a-date", element, paths[0], None, seen=text[:60], expected="a date")
        return day

    def reject(self, code: str, sentence: str, element: Any, path: str = "", row: int | None = None) -> None:
        """Say what keeps the document out."""
        self._say(code, element, path, row, sentence=sentence)

    def notice(self, code: str, sentence: str, action: str = "", *, severity: Severity = Severity.NOTICE, row: int | None = None) -> None:
        """Say something that keeps nothing out."""
        self.problems.append(Problem(code, severity, Origin(self.file, row=row), sentence=f"{self.named} {sentence}", action=action))

    @property
    def named(self) -> str:
        """The document as a sentence begins with it."""
        return f"The {self.document}" if self.document else "The document"

    def _say(self, code: str, element: Any, path: str, row: int | None, *, seen: str = "", expected: str = "", sentence: str = "") -> None:
        line = f"It stands near line {self.lines_above + element.sourceline:,} of the XML. " if element.sourceline else ""
        origin = Origin(self.file, row=row, column=path)
        self.problems.append(Problem(code, Severity.REJECTED, origin, seen=seen, expected=expected, sentence=sentence, action=f"{line}{ASK_SENDER}"))
