"""Style sheet, script and pictures: each address carries a hash of the content, so browsers may keep it for ever."""

import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"


class Assets(StaticFiles):
    """The shared static files, to be mounted by each service at `/<service>/static`."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)
        self.hashes = {
            path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            for path in FOLDER.rglob("*")
            if path.is_file()
        }

    def address(self, service: str, path: str) -> str:
        """Where `path` is to be had now. Raises KeyError for a file that is not there."""
        return f"/{service}/static/{path}?v={self.hashes[path]}"

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        asked = scope.get("query_string", b"").decode("latin-1")
        current = asked == f"v={self.hashes.get(path)}"
        response.headers["Cache-Control"] = FOR_EVER if current else "no-cache"
        return response
