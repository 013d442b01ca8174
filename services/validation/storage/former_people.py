"""Putting a pseudonym in the place of somebody who deleted the account: as requester, and as an official who acted.

Whoever stands in a case by name either entered its licence, has an act in its history, or was handed it by a colleague:
by these it is found.
"""

from collections.abc import Collection
from uuid import UUID

import asyncpg

from services.validation.storage.early import wait_for_arrivals
from shared.pseudonyms import rename_in_outbox, renamed

_JSON = ("licence", "questions", "verifications", "proposal")
_CONCERNED = """
    SELECT licence_id FROM licence_case WHERE requester_id = $1
    UNION SELECT licence_id FROM case_act WHERE account_id = $1
    UNION SELECT licence_id FROM licence_case WHERE officer_id = $1
"""
_IN_CASES = f"""
UPDATE licence_case SET
    requester_name = CASE WHEN requester_id = $1 THEN $2 ELSE requester_name END,
    officer_name = CASE WHEN officer_id = $1 THEN $2 ELSE officer_name END,
    decided_by_name = CASE WHEN decided_by = $1 THEN $2 ELSE decided_by_name END,
    confirmed_by_name = CASE WHEN confirmed_by = $1 THEN $2 ELSE confirmed_by_name END
WHERE licence_id IN ({_CONCERNED})
"""
# An amendment names its officer only; whoever made it has an act of the same name in the case.
_IN_AMENDMENTS = """
UPDATE case_amendment m SET by_name = $2 FROM case_act a
WHERE a.account_id = $1 AND a.licence_id = m.licence_id AND a.name = m.by_name
"""
_WITH_JSON = f"""
SELECT licence_id, {", ".join(_JSON)} FROM licence_case
WHERE licence_id IN ({_CONCERNED})
  AND (requester_id = $1 OR position($2 IN concat(questions, verifications, proposal)) > 0)
"""
_KEEP_JSON = """
UPDATE licence_case SET licence = $2, questions = $3, verifications = $4, proposal = $5 WHERE licence_id = $1
"""
_ACTS_WITH_JSON = f"""
SELECT id, details FROM case_act WHERE licence_id IN ({_CONCERNED}) AND position($2 IN details::text) > 0
"""
# When facts were told that may hold the name: of licences the person entered, and by what the person did.
_MOMENTS = """
SELECT at FROM case_act WHERE account_id = $1
UNION SELECT a.at FROM case_act a JOIN licence_case c ON c.licence_id = a.licence_id WHERE c.requester_id = $1
"""


async def keep(db: asyncpg.Connection, account_id: UUID, pseudonym: str) -> None:
    """From now on this person is known by the pseudonym alone."""
    await wait_for_arrivals(db)
    await db.execute(
        "INSERT INTO former_person VALUES ($1, $2) ON CONFLICT (account_id) DO UPDATE SET pseudonym = $2",
        account_id,
        pseudonym,
    )
    await db.execute("DELETE FROM colleague WHERE account_id = $1", account_id)
    await db.execute("UPDATE policy_change SET changed_by_name = $2 WHERE changed_by = $1", account_id, pseudonym)
    await _rename(db, account_id, pseudonym)


async def rename_again(db: asyncpg.Connection, people: Collection[UUID]) -> None:
    """For cases that came after the person had left."""
    rows = await db.fetch(
        "SELECT account_id, pseudonym FROM former_person WHERE account_id = ANY($1::uuid[])", list(people)
    )
    for row in rows:
        await _rename(db, row["account_id"], row["pseudonym"])


async def _rename(db: asyncpg.Connection, account_id: UUID, pseudonym: str) -> None:
    await db.execute(_IN_AMENDMENTS, account_id, pseudonym)
    await db.execute(_IN_CASES, account_id, pseudonym)
    await db.execute("UPDATE box_mark SET name = $2 WHERE account_id = $1", account_id, pseudonym)
    for case in await db.fetch(_WITH_JSON, account_id, str(account_id)):
        parts = [renamed(case[name], account_id, pseudonym) for name in _JSON]
        await db.execute(_KEEP_JSON, case["licence_id"], *parts)
    for act in await db.fetch(_ACTS_WITH_JSON, account_id, str(account_id)):
        await db.execute(
            "UPDATE case_act SET details = $2 WHERE id = $1", act["id"], renamed(act["details"], account_id, pseudonym)
        )
    await db.execute("UPDATE case_act SET name = $2, salt = NULL WHERE account_id = $1", account_id, pseudonym)
    told_at = [row["at"] for row in await db.fetch(_MOMENTS, account_id)]
    await rename_in_outbox(db, account_id, pseudonym, told_at=told_at)
