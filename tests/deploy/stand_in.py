"""A stand-in for a service, so that the launcher is tried without the real ones: `stand_in.py <service>`."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

name = sys.argv[1]


async def health(_: Request) -> Response:
    return JSONResponse({"status": "ok", "settings": dict(os.environ)})


async def echo(request: Request) -> Response:
    body = await request.body()
    headers = [(key.decode(), value.decode()) for key, value in request.headers.raw]
    answer = JSONResponse(
        {"service": name, "method": request.method, "url": str(request.url), "headers": headers, "length": len(body)}
    )
    answer.headers.append("set-cookie", "first=1")
    answer.headers.append("set-cookie", "second=2")
    answer.headers["connection"] = "keep-alive, x-hop"
    return answer


seen: list[str] = []
told_to_go_on = asyncio.Event()


async def upload(request: Request) -> Response:
    """Notes each part of the body as soon as it has come in."""
    async for part in request.stream():
        seen.extend([part.decode()] if part else [])
    return JSONResponse(seen)


async def parts_seen(_: Request) -> Response:
    return JSONResponse(seen)


async def download(_: Request) -> Response:
    """Writes half of the answer, and the rest when told to."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"one\n"
        await asyncio.wait_for(told_to_go_on.wait(), 10)
        yield b"two\n"

    return StreamingResponse(parts(), media_type="text/plain")


async def go_on(_: Request) -> Response:
    told_to_go_on.set()
    return Response()


routes = [
    Route(f"/{name}/health/{{word}}", health),
    Route(f"/{name}/upload", upload, methods=["POST"]),
    Route(f"/{name}/upload/seen", parts_seen),
    Route(f"/{name}/download", download),
    Route(f"/{name}/download/go-on", go_on, methods=["POST"]),
    Route("/{path:path}", echo, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
]

if __name__ == "__main__":
    if os.environ.get("STAND_IN_FAILS") == name:
        sys.stderr.write(f"no more {name} today\n")
        sys.exit(3)
    uvicorn.run(Starlette(routes=routes), host=os.environ["HOST"], port=int(os.environ["PORT"]), log_level="warning")
