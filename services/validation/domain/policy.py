"""What an authority decides for itself: a second pair of eyes, what customs may do, how long things may wait."""

from dataclasses import dataclass, field
from enum import StrEnum


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
    days_in_state: dict[str, int] = field(
        default_factory=lambda: {"submitted": 2, "information_requested": 14, "under_verification": 21, "awaiting": 60}
    )

    def needs_second_officer(self, risk: int) -> bool:
        """Whether a decision on a case of this risk has to be confirmed."""
        return self.four_eyes is FourEyes.ALWAYS or (self.four_eyes is FourEyes.ABOVE and risk >= self.four_eyes_above)
