"""A write sent twice with the same Idempotency-Key takes effect once, and answers the same twice."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.requests import Request

from shared.http import JsonAnswer
from shared.problems import Refusal
from shared.work import Work


class KeyReused(Refusal):
    """The key was used before, for something else."""

    status, title, code = 422, "This Idempotency-Key was used for another request", "idempotency_key_reused"


@dataclass(frozen=True)
class Answer:
    """What an API call answers: status, body (JSON, or a model that becomes it), headers."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


async def once(
    work: Work, *, key: str | None, by: UUID, request: bytes, act: Callable[[], Awaitable[Answer]]
) -> Answer:
    """Act, unless this person did so before with this key; then the first answer again.

    The answer is kept in the transaction of the act. Two at the same time wait for each other. `request` is the
    address and body: another one with the same key is refused with KeyReused. Without a key it just acts.
    """
    if not key:
        return await act()
    digest = hashlib.sha256(request).digest()
    first = await work.db.fetchval(
        "INSERT INTO idempotency (account_id, key, digest, asked_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT DO NOTHING RETURNING true",
        by,
        key[:200],
        digest,
        work.now,
    )
    if first:
        answer = await act()
        await work.db.execute(
            "UPDATE idempotency SET status = $3, body = $4, headers = $5 WHERE account_id = $1 AND key = $2",
            by,
            key[:200],
            answer.status,
            answer.body,
            answer.headers,
        )
        return answer
    kept = await work.db.fetchrow("SELECT * FROM idempotency WHERE account_id = $1 AND key = $2", by, key[:200])
    if kept["digest"] != digest:
        raise KeyReused
    return Answer(kept["status"], kept["body"], kept["headers"])


async def answer_once(
    request: Request,
    *,
    key: str | None,
    by: UUID,
    act: Callable[[Work], Awaitable[Answer]],
    asked: bytes | None = None,
) -> JsonAnswer:
    """Act in one transaction of the request's service and answer; a call repeated with its key gets the first answer.

    `asked` stands for the body where that was read as a stream.
    """
    body = await request.body() if asked is None else asked
    sent = f"{request.url.path}?{request.url.query}\n".encode() + body
    async with request.app.state.service.work() as work:
        given = await once(work, key=key, by=by, request=sent, act=lambda: act(work))
    return JsonAnswer(given.body, given.status, given.headers)
