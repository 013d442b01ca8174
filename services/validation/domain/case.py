"""A case: validation's view of one submitted licence, its two states, and everything that can be done with it."""

from dataclasses import dataclass

from services.validation.domain.clearing import Clearing
from services.validation.domain.deciding import Deciding
from services.validation.domain.examining import Examining


@dataclass
class Case(Examining, Deciding, Clearing):
    """One submitted licence. What its fields mean stands in core.py, what may happen from where in states.py."""
