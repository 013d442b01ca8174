"""What the tests of files need, in one line each."""

from typing import Any

from shared.testing.forms import Page

API = "/licences/api/v1/licences"
TYPED = {"boxes.licensee.name": "PT Kayu Indah"}


def chosen(*files: tuple[str, bytes], box: int = 2) -> Any:
    return [(f"attachments.box{box}", (name, content, "application/octet-stream")) for name, content in files]


def names(page: Page, box: int = 2) -> list[str]:
    return [link.get_text() for link in page.html.select(f"#files-{box} .file__name a")]
