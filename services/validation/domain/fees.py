"""What an authority may charge for its work on a licence (2173/2005 art. 5(6))."""

import re
from decimal import Decimal

from services.validation.domain.refusals import Mistake

CURRENCIES = ("EUR", "CZK", "DKK", "HUF", "PLN", "RON", "SEK")
"""What the Member States charge fees in."""
LARGEST = Decimal(10) ** 6
"""Every fee is less."""


class NotAnAmount(ValueError):
    """What was typed is no amount of money that can be read in one way only."""


def amount(typed: str) -> Decimal | None:
    """An amount as typed; None when nothing was. A comma is refused: it may mark decimals, or thousands."""
    text = re.sub(r"\s", "", typed)
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", text):
        raise NotAnAmount(typed)
    return Decimal(text)


def wrong_fee(amount: Decimal | None, currency: str) -> list[Mistake]:
    """What is wrong with a fee."""
    mistakes = []
    if amount is None or not 0 <= amount < LARGEST or amount != round(amount, 2):
        mistakes.append(Mistake("amount", "amount_missing", "Enter the fee, 0 or more, with at most two decimals."))
    if currency not in CURRENCIES:
        mistakes.append(Mistake("currency", "unknown", "Choose the currency."))
    return mistakes
