"""What customs does with an accepted licence: release against a declaration, hold, refuse."""

from dataclasses import replace

from services.validation.domain.core import CaseCore
from services.validation.domain.mrn import BadDeclarationNumber, declaration_number
from services.validation.domain.proceedings import Actor, Declaration
from services.validation.domain.quantities import Comparison, Quantities, compare
from services.validation.domain.refusals import Incomplete, Mistake
from services.validation.domain.states import Act
from services.validation.domain.texts import too_long, words, wrong_reason


class Clearing(CaseCore):
    """Acts on a licence that the authority accepted."""

    def clear(self, by: Actor, number: str, declared: Quantities, override_reason: str = "") -> list[Comparison]:
        """Release the goods against a declaration; returns the comparison it rests on. Raises NotAllowed, Incomplete.

        Every measure that both sides give has to conform, and at least one has to be given by both. With an
        `override_reason` (where the authority allows that) goods beyond 10 % are released all the same.
        """
        self._may(Act.CLEAR, by)
        override_reason = words(override_reason)
        mrn, mistakes = _read_number(number)
        comparisons = compare(self.licensed, declared)
        found = _quantity_mistakes(comparisons, declared)
        mistakes += [m for m in found if not (override_reason and m.code == BEYOND)]
        mistakes += too_long("override_reason", override_reason)
        if mistakes:
            raise Incomplete(mistakes)
        overridden = override_reason if any(m.code == BEYOND for m in found) else ""
        self.declaration = Declaration(mrn, declared, overridden)
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

    def correct_declaration(self, by: Actor, number: str, declared: Quantities, reason: str) -> None:
        """Correct what was declared, after clearance; what stood there stays in the history.

        The quantities may differ by more than 10 %: it is recorded, not released again. Raises NotAllowed, Incomplete.
        """
        self._may(Act.CORRECT_DECLARATION, by)
        mrn, mistakes = _read_number(number)
        mistakes += wrong_reason(reason)
        mistakes += [m for m in _quantity_mistakes(compare(self.licensed, declared), declared) if m.code != BEYOND]
        if mistakes:
            raise Incomplete(mistakes)
        before = self.declaration or Declaration(mrn)
        self.declaration = replace(before, number=mrn, quantities=declared)
        self._move(Act.CORRECT_DECLARATION)


BEYOND = "quantity_over_10_percent"


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
