"""Cases beyond the limits of their authority, those that wait longest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from services.validation.domain.policy import Policy
from services.validation.domain.waiting import Stuck
from services.validation.storage.policies import policies_of

# Country by country along the index licence_case_waiting, so that a page costs the same with any number of cases.
_STUCK = """
SELECT found.*, told.days FROM unnest($1::text[]) AS of (country) CROSS JOIN LATERAL (
    SELECT licence_id, licence_number, c.country, point_of_entry, vpa_country, operator_name, officer_name,
        CASE WHEN validation_state = 'validated' THEN clearance_state ELSE validation_state END AS state, state_since,
        verifications @> '[{"kind": "physical", "outcome": null}]' AS physical
    FROM licence_case c
    WHERE c.country = of.country AND held
        AND (validation_state IN ('submitted', 'under_verification', 'information_requested', 'returned')
             OR clearance_state IN ('awaiting', 'suspended'))
        AND (state_since, licence_id) > ($5, $6)
        AND state_since < (
            SELECT before FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS told (country, state, before)
            WHERE told.country = c.country
              AND told.state = CASE WHEN validation_state = 'validated' THEN clearance_state ELSE validation_state END)
    ORDER BY state_since, licence_id LIMIT $8) AS found
JOIN unnest($2::text[], $3::text[], $7::int[]) AS told (country, state, days)
    ON told.country = found.country AND told.state = found.state
ORDER BY found.state_since, found.licence_id LIMIT $8
"""


async def stuck(
    db: asyncpg.Connection,
    countries: Sequence[str],
    limits: Mapping[str, Mapping[str, int]],
    *,
    now: datetime,
    after: tuple[datetime, UUID],
    limit: int,
) -> Sequence[Stuck]:
    """A page of cases that stand longer than `limits` (days by country and state) allow."""
    told = [(country, state, days) for country in countries for state, days in limits[country].items()]
    of, states, days = [row[0] for row in told], [row[1] for row in told], [row[2] for row in told]
    before = [now - timedelta(days=n) for n in days]
    rows = await db.fetch(_STUCK, list(countries), of, states, before, *after, days, limit)
    return [
        Stuck(
            row["licence_id"], row["licence_number"], row["country"], row["point_of_entry"], row["vpa_country"],
            row["operator_name"], row["officer_name"], row["state"], row["state_since"], row["days"], row["physical"],
        )
        for row in rows
    ]  # fmt: skip


async def policies(db: asyncpg.Connection, countries: Sequence[str]) -> dict[str, Policy]:
    """The policy of each authority; the defaults where it chose nothing."""
    chosen = await policies_of(db, countries)
    return {country: chosen.get(country, Policy()) for country in countries}
