"""How much guessing is put up with before somebody has to wait."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Limit:
    """So many failures within `window`: for one account, and from one address (None: any number)."""

    window: timedelta
    for_account: int
    from_address: int | None

    def is_reached(self, for_account: int, from_address: int) -> bool:
        """Whether so many failures are enough to make somebody wait."""
        too_many_from_there = self.from_address is not None and from_address >= self.from_address
        return for_account >= self.for_account or too_many_from_there


QUARTER = timedelta(minutes=15)
FROM_AN_ADDRESS = 50  # a whole office may share one address
PASSWORD = (Limit(QUARTER, 10, FROM_AN_ADDRESS),)
CODE = (Limit(QUARTER, 5, FROM_AN_ADDRESS), Limit(timedelta(days=1), 20, None))
"""An app's code has six digits, and three of them are right at any time: 20 guesses a day find one in 45 years."""
