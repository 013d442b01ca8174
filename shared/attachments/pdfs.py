"""PDF documents, by PDFium. Runs in the workshop's own processes only. Scripts in a document never run: this PDFium
was built without an engine for them."""

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from shared.attachments.orders import Examined, Limits, Refused

START = b"%PDF-"
TALLEST = 4
"""A page is shown at most this many times as high as it is wide."""
SMALL = 100


def examine(content: bytes, limits: Limits) -> Examined:
    """How many pages it has. Raises Refused when it is broken, needs a password or has too many pages."""
    document = _opened(content)
    count = len(document)
    if count == 0:
        raise Refused("broken_pdf")
    if count > limits.pages:
        raise Refused("too_many_pages")
    for number in range(1, count + 1):
        _sheet(document, number)
    _rendered(document, 1, SMALL)
    return Examined("application/pdf", count)


def page(content: bytes, number: int, width: int) -> Image.Image:
    """One page, from 1, drawn `width` pixels wide. Raises Refused beyond the last one."""
    return _rendered(_opened(content), number, width)


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        code = "encrypted_pdf" if error.err_code == pdfium.FPDF_ERR_PASSWORD else "broken_pdf"
        raise Refused(code) from error


def _sheet(document: pypdfium2.PdfDocument, number: int) -> pypdfium2.PdfPage:
    if not 1 <= number <= len(document):
        raise Refused("no_such_page")
    try:
        return document[number - 1]
    except pypdfium2.PdfiumError as error:
        raise Refused("broken_pdf") from error


def _rendered(document: pypdfium2.PdfDocument, number: int, width: int) -> Image.Image:
    sheet = _sheet(document, number)
    across, down = (max(size, 1) for size in sheet.get_size())
    scale = width / max(across, down / TALLEST)
    try:
        image: Image.Image = sheet.render(scale=scale).to_pil()
    except pypdfium2.PdfiumError as error:
        raise Refused("broken_pdf") from error
    return image
