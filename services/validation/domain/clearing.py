"""What customs does with an accepted licence: release against a declaration, hold, refuse."""

from collections.abc import Sequence
from dataclasses import replace

from services.validation.domain.core import CaseCore
from services.validation.domain.mrn import BadDeclarationNumber, declaration_number
from services.validation.domain.proceedings import Actor, Declaration, DeclaredLine
from services.validation.domain.quantities import Comparison, Quantities, compare, total
from services.validation.domain.refusals import Incomplete, Mistake, NotAllowed
from services.validation.domain.states import Act
from services.validation.domain.texts import too_long, words, wrong_reason


class Clearing(CaseCore):
    """Acts on a licence that the authority accepted."""

    def reserve(self, by: Actor, number: str) -> None:
        """Keep the licence for one declaration, until that clears it or it is freed. Raises NotAllowed, Incomplete."""
        self._may(Act.RESERVE, by)
        mrn, mistakes = _read_number(number)
        if mistakes:
            raise Incomplete(mistakes)
        if self.reserved_for == mrn:
            raise NotAllowed("The licence is reserved for this declaration already.")
        self._not_reserved_for_another(mrn)
        self.reserved_for = mrn
        self._move(Act.RESERVE)

    def free(self, by: Actor, number: str) -> None:
        """The declaration that kept the licence does not need it any more. Raises NotAllowed."""
        self._may(Act.FREE, by)
        if self.reserved_for is None:
            raise NotAllowed("The licence is not reserved.")
        self._not_reserved_for_another(_read_number(number)[0])
        self.reserved_for = None
        self._move(Act.FREE)

    def clear(
        self,
        by: Actor,
        number: str,
        declared: Quantities,
        override_reason: str = "",
        lines: Sequence[DeclaredLine] = (),
    ) -> list[Comparison]:
        """Release the goods against a declaration; returns the comparison it rests on. Raises NotAllowed, Incomplete.

        Every measure that both sides give has to conform, and at least one has to be given by both; declared `lines`
        count by their sum, and each of their headings has to be on the licence. With an `override_reason` (where the
        authority allows that) goods are released all the same.
        """
        self._may(Act.CLEAR, by)
        mrn, mistakes = _read_number(number)
        self._not_reserved_for_another(mrn)
        override_reason = words(override_reason)
        declared = total(None, [line.quantities for line in lines]) if lines else declared
        comparisons = compare(self.licensed, declared)
        found = _quantity_mistakes(comparisons, declared) + self._wrong_headings(lines)
        mistakes += [m for m in found if not (override_reason and m.code in OVERRIDABLE)]
        mistakes += too_long("override_reason", override_reason)
        if mistakes:
            raise Incomplete(mistakes)
        overridden = override_reason if any(m.code in OVERRIDABLE for m in found) else ""
        self.declaration = Declaration(mrn, declared, overridden, tuple(lines))
        self._move(Act.CLEAR)
        return comparisons

    def suspend(self, by: Actor, reason: str) -> None:
        """Hold the goods because of doubt (2173/2005 art. 5(7)). Raises NotAllowed, Incomplete without a reason."""
        self._with_reason(Act.SUSPEND, by, reason)

    def resume(self, by: Actor, reason: str) -> None:
        """The doubt is settled. Raises NotAllowed, Incomplete without a reason."""
        self._with_reason(Act.RESUME, by, reason)

    def refuse(self, by: Actor, reason: str) -> None:
        """Refuse the release, finally. Raises NotAllowed, Incomplete without a reason."""
        self._with_reason(Act.REFUSE, by, reason)

    def _not_reserved_for_another(self, mrn: str) -> None:
        if self.reserved_for and mrn and self.reserved_for != mrn:
            raise NotAllowed(
                "This licence is reserved for the declaration %(number)s. One licence is cleared once, against one "
                "declaration.",
                {"number": self.reserved_for},
            )

    def _wrong_headings(self, lines: Sequence[DeclaredLine]) -> list[Mistake]:
        message = "Heading %(heading)s is not on the licence, which has %(licensed)s."
        licensed = ", ".join(sorted(self.headings))
        return [
            Mistake(
                f"lines.{place}.commodity_code",
                HEADING,
                message,
                {"heading": line.commodity_code[:4], "licensed": licensed},
            )
            for place, line in enumerate(lines)
            if line.commodity_code and line.commodity_code[:4] not in self.headings
        ]

    def correct_declaration(self, by: Actor, number: str, declared: Quantities, reason: str) -> None:
        """Correct what was declared, after clearance; what stood there stays in the history.

        The quantities may differ by more than 10 %: it is recorded, not released again. Other ones than before are for
        the whole declaration, so its lines go. Raises NotAllowed, Incomplete.
        """
        self._may(Act.CORRECT_DECLARATION, by)
        mrn, mistakes = _read_number(number)
        mistakes += wrong_reason(reason)
        mistakes += [m for m in _quantity_mistakes(compare(self.licensed, declared), declared) if m.code != BEYOND]
        if mistakes:
            raise Incomplete(mistakes)
        before = self.declaration or Declaration(mrn)
        lines = before.lines if declared == before.quantities else ()
        self.declaration = replace(before, number=mrn, quantities=declared, lines=lines)
        self._move(Act.CORRECT_DECLARATION)


BEYOND, HEADING = "quantity_over_10_percent", "heading_differs"
OVERRIDABLE = frozenset({BEYOND, HEADING})
"""What a customs office may pass with a reason, where the authority allows that."""


def _read_number(typed: str) -> tuple[str, list[Mistake]]:
    try:
        return declaration_number(typed), []
    except BadDeclarationNumber as error:
        return "", [_bad_number(typed, error.expected)]


def _bad_number(typed: str, expected: int | None) -> Mistake:
    if not typed.strip():
        return Mistake("declaration", "declaration_missing", "Enter the declaration number (MRN).")
    if expected is None:
        message = (
            "A declaration number (MRN) has 18 characters: two digits of the year, two letters of the country, "
            "13 letters or digits and a check digit."
        )
        return Mistake("declaration", "declaration_malformed", message)
    message = "The last digit of this declaration number should be %(expected)s. Compare it with the declaration."
    return Mistake("declaration", "declaration_check_digit", message, {"expected": expected})


def _quantity_mistakes(comparisons: list[Comparison], declared: Quantities) -> list[Mistake]:
    nothing = [name for name, value in vars(declared).items() if value is not None and value <= 0]
    if nothing:
        return [Mistake(name, "not_positive", "A declared quantity is more than zero.") for name in nothing]
    if not declared.given:
        return [Mistake("volume_m3", "quantity_missing", "Enter the declared volume or the declared net weight.")]
    if all(comparison.declared is None for comparison in comparisons):
        given = {c.measure for c in comparisons}
        if not given:
            return [Mistake("volume_m3", "nothing_licensed", "The licence gives no total to compare with.")]
        message = "The licence gives only this measure, so the declared quantity is needed here."
        return [Mistake(measure, "measure_differs", message) for measure in sorted(given)]
    beyond = (
        "Declared %(declared)s %(unit)s differs from the licensed %(licensed)s %(unit)s by %(difference)s %(unit)s, "
        "that is %(percent)s %%. At most 10 %% conforms (1024/2008 art. 10(2)): %(least)s to %(most)s %(unit)s."
    )
    return [Mistake(c.measure, BEYOND, beyond, _arithmetic(c)) for c in comparisons if c.conforms is False]


_UNITS = {"volume_m3": "m³", "net_weight_kg": "kg"}


def _arithmetic(comparison: Comparison) -> dict[str, object]:
    return {
        "unit": _UNITS[comparison.measure],
        "declared": comparison.declared,
        "licensed": comparison.licensed,
        "difference": comparison.difference,
        "percent": comparison.percent,
        "least": comparison.least,
        "most": comparison.most,
    }
