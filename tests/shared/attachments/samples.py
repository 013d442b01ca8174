"""Files as people send them, and as those send them who mean harm."""

import io
import struct
import zlib
from typing import Any

import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner takes for a virus and nothing else does."""


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **how: Any) -> bytes:
    buffer = io.BytesIO()
    colour: Any = 1 if mode == "1" else "white"
    Image.new(mode, size, colour).save(buffer, kind, **how)
    return buffer.getvalue()


def two_halves(kind: str, **how: Any) -> bytes:
    """40 x 20, the left half red, the right half blue."""
    image = Image.new("RGB", (40, 20), "blue")
    image.paste("red", (0, 0, 20, 20))
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def many_pages(count: int, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    """A TIFF."""
    pages = [Image.new(mode, size) for _ in range(count)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    return buffer.getvalue()


def telling(kind: str) -> bytes:
    """A picture that says where and by whom it was taken, and that it lies on its side."""
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    exif[0x0112] = 6  # turn clockwise to see it upright
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (50.0, 51.0, 0.0)
    more = {"comment": b"SECRET-COMMENT"} if kind == "JPEG" else {}
    return two_halves(kind, exif=exif, **more)


def png_claiming(width: int, height: int) -> bytes:
    """A small PNG whose header promises a huge picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    rows = zlib.compress(bytes(60_000_000), 9)
    head = struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(pages: int = 2, *, password: str | None = None, script: str | None = None) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, encrypt=password)
    for number in range(1, pages + 1):
        canvas.drawString(100, 700, f"Page {number}")
        canvas.showPage()
    canvas.save()
    if script is None:
        return buffer.getvalue()
    action = f"/OpenAction << /S /JavaScript /JS ({script}) >>".encode()
    return buffer.getvalue().replace(b"/Type /Catalog", b"/Type /Catalog " + action)


def pdf_of_shape(width: float, height: float) -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(width, height)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def slow_pdf() -> bytes:
    """One small page that takes minutes to draw: a pattern in a pattern in a pattern."""
    layers = 9
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        b"/Resources << /XObject << /X 5 0 R >> >> >>",
    ]
    many = b"/X Do " * 20
    objects.append(_stream(many))
    for layer in range(layers):
        inner = f"/Resources << /XObject << /X {layer + 6} 0 R >> >>" if layer < layers - 1 else ""
        drawn = many if layer < layers - 1 else b"0 0 500 700 re f "
        objects.append(_stream(drawn, f"/Type /XObject /Subtype /Form /BBox [0 0 600 800] {inner}"))
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def _stream(content: bytes, entries: str = "") -> bytes:
    return f"<< {entries} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"
