"""Finding one company among hundreds of thousands.

Words are looked up by their beginnings in one inverted index, whose weights tell name (A), town (B) and EORI number (C)
apart. A word that many companies share is met along the alphabet until the page is full, a rare one by its matches.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.identity.domain.identifiers import EORI_HABITS, tidied
from services.identity.domain.operators import folded

SIMILAR = 10


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for: words of any field, or of one of them; in one country or in all."""

    text: str = ""
    name: str = ""
    town: str = ""
    eori: str = ""
    country: str | None = None

    @property
    def query(self) -> str:
        """As a tsquery; empty when no words are wanted. Only letters and digits come into it."""
        terms = [f"{word}:*" for word in _words(self.text)]
        terms += [f"{word}:*A" for word in folded(self.name).split()]
        terms += [f"{word}:*B" for word in folded(self.town).split()]
        terms += [f"{word}:*C" for word in folded(tidied(self.eori)).split()]
        return " & ".join(terms)


@dataclass(frozen=True)
class Found:
    """A company in a list. `key` is its place in the order."""

    id: UUID
    name: str
    eori: str
    address: str
    town: str
    country: str
    closed: bool
    sort_name: str

    @property
    def key(self) -> tuple[str, UUID]:
        return self.sort_name, self.id


_FIRST: tuple[str, UUID] = ("", UUID(int=0))
MANY = 1_000
"""From so many matches on, walking the alphabet until a page is full is quicker than sorting all of them."""

_FOUND = "SELECT id, name, eori, address, town, country, closed_at IS NOT NULL AS closed, sort_name FROM"
_PAGE = "(sort_name, id) > ($1, $2) ORDER BY sort_name, id LIMIT $3"
_MATCHING = "search @@ to_tsquery('simple', $4)"
_AMONG_FEW = f"WITH matching AS MATERIALIZED (SELECT * FROM operator WHERE {_MATCHING}) {_FOUND} matching"
ALL = f"{_FOUND} operator WHERE {_PAGE}"
BY_COUNTRY = f"{_FOUND} operator WHERE country = $4 AND {_PAGE}"
AMONG_MANY = f"{_FOUND} operator WHERE {_MATCHING} AND {_PAGE}"
AMONG_MANY_BY_COUNTRY = f"{_FOUND} operator WHERE {_MATCHING} AND country = $5 AND {_PAGE}"
AMONG_FEW = f"{_AMONG_FEW} WHERE {_PAGE}"
AMONG_FEW_BY_COUNTRY = f"{_AMONG_FEW} WHERE country = $5 AND {_PAGE}"
COUNT = f"""
SELECT count(*) FROM (SELECT FROM operator WHERE search @@ to_tsquery('simple', $1) LIMIT {MANY}) AS matching
"""
SIMILAR_NAMES = f"""
{_FOUND} operator WHERE sort_name %> $1 AND ($2::text IS NULL OR country = $2)
ORDER BY word_similarity($1, sort_name) DESC, sort_name, id LIMIT {SIMILAR}
"""


async def search(db: asyncpg.Connection, wanted: Wanted, *, behind: Sequence[Any] | None, limit: int) -> list[Found]:
    """Companies of which every word typed begins a word, by name."""
    key = (behind[0], UUID(str(behind[1]))) if behind else _FIRST
    query, country = wanted.query, wanted.country
    if query:
        many = await db.fetchval(COUNT, query) == MANY
        if country:
            statement = AMONG_MANY_BY_COUNTRY if many else AMONG_FEW_BY_COUNTRY
            rows = await db.fetch(statement, *key, limit, query, country)
        else:
            rows = await db.fetch(AMONG_MANY if many else AMONG_FEW, *key, limit, query)
    elif country:
        rows = await db.fetch(BY_COUNTRY, *key, limit, country)
    else:
        rows = await db.fetch(ALL, *key, limit)
    return [Found(**row) for row in rows]


async def similar(db: asyncpg.Connection, wanted: Wanted) -> list[Found]:
    """Companies whose names sound like what was typed, for when nothing begins with it. None for very short words."""
    typed = folded(f"{wanted.text} {wanted.name}")
    if len(typed) < len("abcd"):
        return []
    return [Found(**row) for row in await db.fetch(SIMILAR_NAMES, typed, wanted.country)]


def _words(text: str) -> list[str]:
    """Its words; an EORI number stays together however it is grouped."""
    number = tidied(text)
    if number[:2] in EORI_HABITS and re.fullmatch(r"[A-Z]{2}\d{4,15}", number, re.ASCII):
        return [number.lower()]
    return folded(text).split()
