"""What was found, to be taken away as a file. A few at a time: each holds a connection while it reads."""

import asyncio
from collections.abc import Iterator
from typing import IO, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from services.licences import use_cases
from services.licences.exports import FORMATS
from services.licences.service import InService
from shared.http import SignedIn
from shared.problems import TooMany
from shared.web.i18n import N_

router = APIRouter(include_in_schema=False)

AT_ONCE = 2
WAIT_SECONDS = 20
BLOCK = 64 * 1024
_running = asyncio.Semaphore(AT_ONCE)


@router.get("/licences/export.{kind}")
async def export(request: Request, kind: Literal["csv", "xlsx"], person: SignedIn, service: InService) -> Response:
    """All that the same search finds in the list, in the same order."""
    wanted = use_cases.read_wanted(person, request.query_params)
    media_type, write = FORMATS[kind]
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await _running.acquire()
    except TimeoutError:
        busy = N_("Several exports are being made. Try again in a minute.")
        raise TooMany(busy, retry_after=60) from None
    try:
        async with service.work() as work:
            file = await write(use_cases.export_licences(work, person, wanted), person.time_zone)
    finally:
        _running.release()
    name = f"licences-{service.clock():%Y-%m-%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_blocks(file), media_type=media_type, headers=headers)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block
