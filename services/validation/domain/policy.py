"""What an authority decides for itself: a second pair of eyes, what customs may do, fees, how long things may wait."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from services.validation.domain.fees import wrong_fee
from services.validation.domain.refusals import Mistake
from services.validation.domain.risk import WEIGHTS, Weights

LONGEST_WAIT = 365
"""Days."""
DAYS_IN_STATE = {
    "submitted": 2,
    "information_requested": 14,
    "under_verification": 21,
    "returned": 30,
    "awaiting": 60,
    "suspended": 14,
}
"""After how many days somebody is reminded, where the authority has chosen nothing. Final states are not among them."""


class FourEyes(StrEnum):
    """When a second officer has to confirm a decision."""

    NEVER = "never"
    ABOVE = "above"
    ALWAYS = "always"


@dataclass(frozen=True)
class Policy:
    """The choices of one Member State's authority. `days_in_state` are days after which somebody is reminded."""

    four_eyes: FourEyes = FourEyes.NEVER
    four_eyes_above: int = 50
    """Risk score from which a second officer is needed, with FourEyes.ABOVE."""
    customs_override: bool = False
    """Whether customs may release goods that differ by more than 10 %, with a reason."""
    customs_see_country: bool = False
    """Whether every customs office of the country may look at its validated licences."""
    sampling_percent: int = 0
    """How many of a hundred licences are picked for a physical check, whatever their risk."""
    fees: bool = False
    """Whether officers record what the authority charges."""
    usual_fee: Decimal | None = None
    """What is usually charged for a licence, if it is always the same."""
    fee_currency: str = "EUR"
    days_in_state: dict[str, int] = field(default_factory=DAYS_IN_STATE.copy)
    risk_weights: dict[str, int] = field(default_factory=WEIGHTS.copy)
    """Points of each reason of risk; what is not named counts as in `WEIGHTS`."""

    def needs_second_officer(self, risk: int) -> bool:
        """Whether a decision on a case of this risk has to be confirmed."""
        return self.four_eyes is FourEyes.ALWAYS or (self.four_eyes is FourEyes.ABOVE and risk >= self.four_eyes_above)

    @property
    def days(self) -> dict[str, int]:
        """The days of every state that has a limit."""
        return DAYS_IN_STATE | self.days_in_state

    def limit(self, state: str) -> timedelta | None:
        """How long a case may stand in this state; None for states in which nothing has to happen."""
        days = self.days.get(state)
        return timedelta(days=days) if days is not None else None

    @property
    def weights(self) -> Weights:
        """The points of every reason."""
        return WEIGHTS | self.risk_weights

    def mistakes(self) -> list[Mistake]:
        """Everything in it that cannot be."""
        beyond = [
            Mistake(name, "out_of_range", "Write a whole number from %(least)s to %(most)s.", {"least": a, "most": b})
            for name, value, a, b in self._ranges()
            if not a <= value <= b
        ]
        usual = Decimal() if self.usual_fee is None else self.usual_fee
        own = {"amount": "usual_fee", "currency": "fee_currency"}
        return beyond + [replace(wrong, field=own[wrong.field]) for wrong in wrong_fee(usual, self.fee_currency)]

    def _ranges(self) -> Iterator[tuple[str, int, int, int]]:
        yield "four_eyes_above", self.four_eyes_above, 0, 100
        yield "sampling_percent", self.sampling_percent, 0, 100
        for state, days in self.days_in_state.items():
            yield f"days_in_state.{state}", days, 1, LONGEST_WAIT
        for reason, points in self.risk_weights.items():
            yield f"risk_weights.{reason}", points, 0, 100

    def flat(self) -> dict[str, object]:
        """Every choice by its name, such as `days_in_state.submitted`."""
        simple = {name: value for name, value in vars(self).items() if not isinstance(value, Mapping)}
        days = {f"days_in_state.{state}": days for state, days in self.days.items()}
        return simple | days | {f"risk_weights.{reason}": points for reason, points in self.weights.items()}


def differences(before: Policy, after: Policy) -> list[tuple[str, object, object]]:
    """What was changed: the name of each choice, what it was, and what it is."""
    old, new = before.flat(), after.flat()
    return [(name, old.get(name), value) for name, value in new.items() if old.get(name) != value]
