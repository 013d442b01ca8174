"""Calling an ASGI application straight: neither a client nor a socket is measured."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

AT_ONCE = 16


@dataclass(frozen=True)
class Call:
    """One request with a JSON body."""

    method: str
    path: str
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, more: Mapping[str, str]) -> "Call":
        """The same call with further headers."""
        return replace(self, headers={**self.headers, **more})


async def send_all(app: Any, calls: Sequence[Call]) -> None:
    """Send them, so many at once. Raises RuntimeError when one is refused."""
    waiting = iter(calls)

    async def worker() -> None:
        for call in waiting:
            status, body = await send(app, call)
            if status >= 300:
                raise RuntimeError(f"{call.method} {call.path}: {status} {body[:500]!r}")

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def send(app: Any, call: Call) -> tuple[int, bytes]:
    """Send one call; its status and what was answered."""
    content = json.dumps(call.body).encode()
    headers = {"content-type": "application/json", "content-length": str(len(content)), **call.headers}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": call.method, "scheme": "http",
        "path": call.path, "raw_path": call.path.encode(), "query_string": b"", "root_path": "",
        "server": ("test", 80), "client": ("127.0.0.1", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    answer: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def keep(message: dict[str, Any]) -> None:
        answer.append(message)

    await app(scope, receive, keep)
    return answer[0]["status"], b"".join(message.get("body", b"") for message in answer)
