"""The store of attachments in a bucket of an S3-compatible store."""

import asyncio
from datetime import timedelta

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import S3Store

from shared.attachments.store import NotInStore, StoreAway, checked, hash_of, require_hash


class BucketStore:
    """Each file is one object, named by its hash. Objects come into being whole, so nothing is ever half there."""

    def __init__(self, url: str, bucket: str, *, key: str, secret: str, region: str, wait_seconds: float = 10) -> None:
        wait = timedelta(seconds=wait_seconds)
        self.wait_seconds = wait_seconds
        self.bucket = S3Store(
            bucket,
            endpoint=url.rstrip("/"),
            access_key_id=key,
            secret_access_key=secret,
            region=region,
            virtual_hosted_style_request=False,
            client_options={"timeout": wait, "connect_timeout": wait, "allow_http": url.startswith("http://")},
            retry_config={"max_retries": 2, "retry_timeout": wait},
        )

    async def put(self, content: bytes) -> str:
        sha256 = hash_of(content)
        try:
            async with asyncio.timeout(self.wait_seconds):
                await obstore.put_async(self.bucket, _place(sha256), content, mode="overwrite")
        except AlreadyExistsError:
            return sha256
        except (BaseError, TimeoutError, OSError) as error:
            raise StoreAway from error
        return sha256

    async def get(self, sha256: str) -> bytes:
        require_hash(sha256)
        try:
            async with asyncio.timeout(self.wait_seconds):
                found = await obstore.get_async(self.bucket, _place(sha256))
                content = bytes(await found.bytes_async())
        except (NotFoundError, FileNotFoundError) as error:
            raise NotInStore(sha256) from error
        except (BaseError, TimeoutError, OSError) as error:
            raise StoreAway from error
        return checked(content, sha256)


def _place(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
