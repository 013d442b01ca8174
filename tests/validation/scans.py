"""Scans in the store: white sheets will do."""

import io

from PIL import Image

from services.validation.service import Validation
from shared.contracts.licence import Attachment
from tests.validation.examples import attachment


async def scan(service: Validation, *, pages: int = 1) -> Attachment:
    """A scan in the store: a picture, or a PDF of several pages."""
    sheets = [Image.new("RGB", (300, 420), "white") for _ in range(pages)]
    content = io.BytesIO()
    if pages > 1:
        sheets[0].save(content, "PDF", save_all=True, append_images=sheets[1:])
    else:
        sheets[0].save(content, "PNG")
    kind = "application/pdf" if pages > 1 else "image/png"
    return attachment(await service.files.store.put(content.getvalue()), media_type=kind, pages=pages)
