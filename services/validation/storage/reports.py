"""The numbers of the yearly report, from the kept past of each case (case_past, written by the database itself)."""

from collections.abc import Sequence
from typing import Any

import asyncpg

from services.validation.domain.quantities import Quantities
from services.validation.domain.reports import NO_DUTY, HeadingRow, PartnerTotal, Period, Unmet, UnmetRow

# How the cases of a country stood at the moment $4: those lodged, or brought to an end, from $2 to before $3.
_STOOD = """
    country = $1 AND at < $4 AND (until IS NULL OR until >= $4) AND ($5::text IS NULL OR vpa_country = $5)
"""
_RECEIVED = f"{_STOOD} AND received_at >= $2 AND received_at < $3"
_ENDED = f"{_STOOD} AND state_since >= $2 AND state_since < $3"

_BY_HEADING = f"""
SELECT vpa_country, heading, sum(received)::int, sum(cleared)::int, sum(volume), sum(weight) FROM (
    SELECT vpa_country, part->>0 AS heading, 1 AS received, 0 AS cleared, NULL::numeric AS volume,
        NULL::numeric AS weight
    FROM case_past, jsonb_array_elements(goods) AS part WHERE {_RECEIVED}
    UNION ALL
    SELECT vpa_country, part->>0, 0, 1, (part->>1)::numeric, (part->>2)::numeric
    FROM case_past, jsonb_array_elements(goods) AS part WHERE {_ENDED} AND clearance_state = 'cleared'
) AS counted GROUP BY vpa_country, heading ORDER BY vpa_country, heading = '', heading
"""
_TOTALS = f"""
SELECT vpa_country, sum(received)::int, sum(cleared)::int, sum(volume), sum(weight) FROM (
    SELECT vpa_country, 1 AS received, 0 AS cleared, NULL::numeric AS volume, NULL::numeric AS weight
    FROM case_past WHERE {_RECEIVED}
    UNION ALL
    SELECT vpa_country, 0, 1, declared_volume_m3, declared_net_weight_kg
    FROM case_past WHERE {_ENDED} AND clearance_state = 'cleared'
) AS counted GROUP BY vpa_country ORDER BY vpa_country
"""
_UNMET = f"""
SELECT vpa_country, how, count(*)::int, sum(volume), sum(weight) FROM (
    SELECT vpa_country, CASE WHEN clearance_state = 'refused' THEN 'refused' ELSE validation_state END AS how,
        (SELECT sum((part->>1)::numeric) FROM jsonb_array_elements(goods) AS part) AS volume,
        (SELECT sum((part->>2)::numeric) FROM jsonb_array_elements(goods) AS part) AS weight
    FROM case_past
    WHERE {_ENDED} AND (clearance_state = 'refused' OR validation_state = 'cancelled'
        OR validation_state = 'rejected' AND reason_code <> ALL ($6::text[]))
) AS counted GROUP BY vpa_country, how ORDER BY vpa_country, how
"""


async def by_heading(db: asyncpg.Connection, period: Period, partner: str | None) -> Sequence[HeadingRow]:
    """Licences received and cleared, and quantities, by partner country and heading."""
    rows = await db.fetch(_BY_HEADING, *_asked(period, partner))
    return [HeadingRow(row[0], row[1], row[2], row[3], Quantities(row[4], row[5])) for row in rows]


async def totals(
    db: asyncpg.Connection, period: Period, partner: str | None, licensed: dict[str, Quantities]
) -> Sequence[PartnerTotal]:
    """The same by partner country alone, each licence once; `licensed` are the quantities of its headings together."""
    rows = await db.fetch(_TOTALS, *_asked(period, partner))
    return [
        PartnerTotal(row[0], row[1], row[2], licensed.get(row[0], Quantities()), Quantities(row[3], row[4]))
        for row in rows
    ]


async def unmet(db: asyncpg.Connection, period: Period, partner: str | None) -> Sequence[UnmetRow]:
    """Cases in which the duty was not met."""
    rows = await db.fetch(_UNMET, *_asked(period, partner), sorted(NO_DUTY))
    return [UnmetRow(row[0], Unmet(row[1]), row[2], Quantities(*row[3:])) for row in rows]


def _asked(period: Period, partner: str | None) -> tuple[Any, ...]:
    return period.country, period.begins, period.ends, period.known, partner
