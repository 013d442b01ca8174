"""What can be proven of the containers' files where no Docker engine runs."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import yaml

from deploy.local.databases import SERVICES
from deploy.local.postgres import Postgres
from deploy.local.processes import ROOT, Child, accepts_connections, free_port, run_once
from deploy.local.product import Product
from tests.deploy.test_gateway import ADDRESSES

COMPOSE = ROOT / "docker-compose.yml"
DATABASES_SCRIPT = ROOT / "deploy/containers/create-databases.sh"
compose: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
containers: dict[str, Any] = compose["services"]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PSQL = shutil.which("psql")


def compose_command() -> list[str] | None:
    docker = shutil.which("docker")
    if docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0:
        return [docker, "compose"]
    old = shutil.which("docker-compose")
    return [old] if old else None


def test_every_container_has_a_health_check_and_restarts() -> None:
    for name, container in containers.items():
        assert container["healthcheck"]["test"], name
        assert container["restart"] == "unless-stopped", name


def test_each_service_has_its_own_command_database_and_password() -> None:
    for name in SERVICES:
        assert containers[name]["command"] == ["python", "-m", f"services.{name}", "serve"]
        address = containers[name]["environment"]["DATABASE_URL"]
        assert address.startswith(f"postgresql://{name}:${{{name.upper()}_DATABASE_PASSWORD:?")
        assert address.endswith(f"/{name}")


def test_no_secret_has_a_default_and_every_setting_that_must_be_given_is_written_by_make_compose_env(
    tmp_path: Path,
) -> None:
    text = COMPOSE.read_text()
    with_default = set(re.findall(r"\$\{(\w+):-", text))
    assert with_default == {"GATEWAY_PORT"}
    assert written(tmp_path).keys() >= set(re.findall(r"\$\{(\w+):\?", text))


def test_every_run_of_make_compose_env_makes_other_secrets_and_keeps_those_that_are_there(tmp_path: Path) -> None:
    first, second = written(tmp_path / "a"), written(tmp_path / "b")
    secrets = {name for name in first if "PASSWORD" in name or "SECRET" in name}
    assert len({first[name] for name in secrets} | {second[name] for name in secrets}) == 2 * len(secrets)
    assert (tmp_path / "a" / ".env").stat().st_mode & 0o077 == 0
    assert written(tmp_path / "a") == first


def written(project: Path) -> dict[str, str]:
    (project / "deploy" / "containers").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "deploy/containers/make-env", project / "deploy/containers/make-env")
    subprocess.run([project / "deploy/containers/make-env"], check=True, capture_output=True)
    lines = (project / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_attachments_are_written_by_licences_and_only_read_by_validation() -> None:
    mounts = {name: [v for v in c.get("volumes", []) if v.startswith("attachments:")] for name, c in containers.items()}
    assert {name: mount for name, mount in mounts.items() if mount} == {
        "licences": ["attachments:/data/attachments"],
        "validation": ["attachments:/data/attachments:ro"],
    }


def test_only_the_gateway_is_published_and_only_on_this_machine() -> None:
    published = {name: container["ports"] for name, container in containers.items() if "ports" in container}
    assert published == {"gateway": ["127.0.0.1:${GATEWAY_PORT:-8000}:8080"]}


@pytest.mark.skipif(compose_command() is None, reason="no docker compose to read the file with")
def test_docker_compose_reads_the_file_and_refuses_to_start_without_secrets(tmp_path: Path) -> None:
    command = [*(compose_command() or []), "--project-directory", str(ROOT), "-f", str(COMPOSE)]
    bare = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run([*command, "config"], check=True, capture_output=True, env=bare | written(tmp_path))
    refused = subprocess.run([*command, "config"], check=False, capture_output=True, text=True, env=bare)
    if not (ROOT / ".env").exists():
        assert refused.returncode != 0
        assert "make compose-env" in refused.stderr


@pytest.mark.skipif(PSQL is None, reason="psql is not installed")
async def test_the_databases_script_makes_one_closed_database_for_each_service(server: Postgres) -> None:
    await drop_services(server)
    try:
        passwords = {f"{name.upper()}_DATABASE_PASSWORD": f"it's {name}" for name in SERVICES}
        password = server.secrets.get("postgres:postgres")
        admin = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGPASSWORD": password}
        await asyncio.to_thread(
            run_once,
            ["env", *(f"{name}={value}" for name, value in {**admin, **passwords}.items()), DATABASES_SCRIPT],
        )
        where = {"host": "127.0.0.1", "port": server.port}
        connection = await asyncpg.connect(user="licences", password="it's licences", database="licences", **where)
        await connection.close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(user="licences", password="it's licences", database="identity", **where)
    finally:
        await drop_services(server)
        await server.create_services()


async def drop_services(server: Postgres) -> None:
    admin = await asyncpg.connect(server.admin_url())
    for name in SERVICES:
        for database in await admin.fetch(
            "SELECT datname FROM pg_database WHERE datdba = (SELECT oid FROM pg_roles WHERE rolname = $1)", name
        ):
            await admin.execute(f'DROP DATABASE "{database["datname"]}" WITH (FORCE)')
        await admin.execute(f'DROP ROLE IF EXISTS "{name}"')
    await admin.close()


@pytest.fixture(scope="module")
async def nginx(product: Product, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """The real gateway of the containers, with the stand-ins' addresses in place of the containers' names."""
    folder = tmp_path_factory.mktemp("nginx")
    port = free_port()
    text = (ROOT / "deploy/gateway/nginx.conf").read_text()
    names = {f"{name}:8080": f"127.0.0.1:{product.ports[name]}" for name in SERVICES}
    names |= {"mailpit:8025": f"127.0.0.1:{product.ports['mailbox']}", "health:8080": f"127.0.0.1:{product.port}"}
    names |= {"listen 8080": f"listen 127.0.0.1:{port}", "/tmp/": f"{folder}/"}  # noqa: S108
    names |= {"/etc/nginx/pages": str(ROOT / "deploy/gateway/pages")}
    for name, here in names.items():
        assert name in text
        text = text.replace(name, here)
    (folder / "nginx.conf").write_text(text)
    options = "daemon off;" if os.geteuid() else "daemon off; user root;"
    command = [str(NGINX), "-c", str(folder / "nginx.conf"), "-g", options]
    server = Child("nginx", command, folder / "nginx.log")
    await server.spawn()
    await server.ready(lambda: accepts_connections(port), within=10)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client
    await server.stop()


needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@needs_nginx
@pytest.mark.parametrize(("address", "service"), ADDRESSES)
async def test_nginx_sends_each_address_to_the_same_service(
    nginx: httpx.AsyncClient, address: str, service: str
) -> None:
    answer = (await nginx.get(address)).json()
    assert answer["service"] == service
    assert answer["url"].removeprefix(str(nginx.base_url).rstrip("/")) == address


@needs_nginx
async def test_nginx_tells_the_services_who_asked(nginx: httpx.AsyncClient) -> None:
    sent = {"X-Forwarded-For": "9.9.9.9", "X-Correlation-ID": "abc"}
    headers = dict((await nginx.get("/licences/x", headers=sent)).json()["headers"])
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-correlation-id"] == "abc"
    assert headers["host"] == headers["x-forwarded-host"] == nginx.base_url.netloc.decode()


@needs_nginx
async def test_nginx_answers_for_a_dead_service_with_a_page_or_a_problem(
    product: Product, nginx: httpx.AsyncClient
) -> None:
    assert (await nginx.get("/health/ready")).status_code == 200
    await product.kill("licences")
    try:
        page = await nginx.get("/licences", headers={"Accept": "text/html"})
        problem = await nginx.post("/licences/api/v1/licences", json={}, headers={"Accept": "application/json"})
        ready = await nginx.get("/health/ready")
    finally:
        await product.start_service("licences")
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html")
    assert "not available now" in page.text
    assert (problem.status_code, problem.headers["content-type"]) == (502, "application/problem+json")
    assert problem.json()["status"] == 502
    assert ready.status_code == 503
