"""Secrets made at the first start and kept beside the data, readable by the owner only."""

import base64
import json
import os
from pathlib import Path


class Secrets:
    """Named random values in one JSON file (mode 0600)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, name: str) -> str:
        """The value of this name: 32 random bytes in URL-safe base64, made when first asked for."""
        values = json.loads(self.path.read_text()) if self.path.exists() else {}
        if name not in values:
            values[name] = base64.urlsafe_b64encode(os.urandom(32)).decode()
            write_private(self.path, json.dumps(values, indent=2))
        return str(values[name])


def write_private(path: Path, text: str) -> None:
    """Write the file so that at no moment anyone else can read it, and never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)
