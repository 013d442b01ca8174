"""The store: the same promises of a directory and of a bucket. The bucket's server is moto's, not one of ours."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pydantic import ValidationError

from shared.attachments.files import open_store
from shared.attachments.s3 import BucketStore
from shared.attachments.settings import AttachmentSettings
from shared.attachments.store import FolderStore, NotInStore, Store, StoreAway
from shared.testing.settings import settings_for

KEY, SECRET = "a-key", "a-secret"


class Bench:
    """A store with a way to look behind it: every object it has, and a way to spoil one."""

    store: Store

    def all(self) -> list[bytes]:
        raise NotImplementedError

    def spoil(self, sha256: str, content: bytes) -> None:
        raise NotImplementedError


class Folder(Bench):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FolderStore(folder)

    def all(self) -> list[bytes]:
        return [file.read_bytes() for file in self.folder.rglob("*") if file.is_file()]

    def spoil(self, sha256: str, content: bytes) -> None:
        (self.folder / sha256[:2] / sha256).write_bytes(content)


class Bucket(Bench):
    def __init__(self, url: str) -> None:
        self.name = f"attachments-{uuid4().hex[:8]}"
        login = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "region_name": "us-east-1"}
        self.client = boto3.client("s3", endpoint_url=url, **login)
        self.client.create_bucket(Bucket=self.name)
        settings = settings_for(
            AttachmentSettings,
            "postgresql://nobody@localhost/none",
            attachments_s3_url=url,
            attachments_s3_bucket=self.name,
            attachments_s3_key=KEY,
            attachments_s3_secret=SECRET,
        )
        self.store = open_store(settings)

    def all(self) -> list[bytes]:
        listed = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return [self.client.get_object(Bucket=self.name, Key=one["Key"])["Body"].read() for one in listed]

    def spoil(self, sha256: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=f"{sha256[:2]}/{sha256}", Body=content)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path, s3: str) -> Bench:
    return Folder(tmp_path) if request.param == "folder" else await asyncio.to_thread(Bucket, s3)


async def kept_in(bench: Bench) -> list[bytes]:
    return await asyncio.to_thread(bench.all)


async def test_the_same_bytes_are_kept_once_under_their_hash(bench: Bench) -> None:
    first, second = await bench.store.put(b"scan"), await bench.store.put(b"scan")

    assert first == second == hashlib.sha256(b"scan").hexdigest()
    assert await bench.store.get(first) == b"scan"
    assert await kept_in(bench) == [b"scan"]


async def test_large_files_come_back_whole(bench: Bench) -> None:
    content = bytes(range(256)) * 40_000

    assert await bench.store.get(await bench.store.put(content)) == content


async def test_many_at_once_do_not_disturb_each_other(bench: Bench) -> None:
    names = await asyncio.gather(*(bench.store.put(b"%d" % (number % 5)) for number in range(30)))

    assert len(set(names)) == 5
    assert sorted(await kept_in(bench)) == [b"0", b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 64, "A" * 64])
async def test_what_is_not_in_the_store_is_not_found(bench: Bench, name: str) -> None:
    with pytest.raises(NotInStore):
        await bench.store.get(name)


async def test_other_bytes_under_a_name_are_not_given_out(bench: Bench) -> None:
    name = await bench.store.put(b"scan")
    await asyncio.to_thread(bench.spoil, name, b"something else")

    with pytest.raises(NotInStore):
        await bench.store.get(name)


async def test_a_directory_that_cannot_be_written_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file stands where the directory should be")

    with pytest.raises(StoreAway):
        await FolderStore(tmp_path / "taken").put(b"scan")

    assert [file.name for file in tmp_path.rglob("*")] == ["taken"]


@pytest.fixture
async def deaf() -> AsyncIterator[str]:
    """A server that takes connections and never answers."""
    server = await asyncio.start_server(lambda _reader, _writer: asyncio.sleep(60), "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.parametrize("where", ["nobody", "deaf", "no such bucket"])
async def test_a_bucket_that_is_away_is_said_to_be_away_within_the_limit(deaf: str, s3: str, where: str) -> None:
    url = {"nobody": "http://127.0.0.1:9", "deaf": deaf, "no such bucket": s3}[where]
    store = BucketStore(url, "nowhere", key=KEY, secret=SECRET, region="us-east-1", wait_seconds=0.5)

    async with asyncio.timeout(5):
        with pytest.raises(StoreAway):
            await store.put(b"scan")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"attachments_dir": "/somewhere", "attachments_s3_url": "http://s3.example"},
        {"attachments_s3_url": "http://s3.example", "attachments_s3_bucket": "scans"},
    ],
)
def test_settings_name_one_whole_store(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATTACHMENTS_DIR", raising=False)

    with pytest.raises(ValidationError, match="ATTACHMENTS_"):
        settings_for(AttachmentSettings, "postgresql://nobody@localhost/none", **given)
