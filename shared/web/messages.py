"""Collects every text that people read for translators: `python -m shared.web.messages` writes `messages.pot`.

Rules import nothing, so they cannot mark their sentences. In the files that hold rules and refusals every sentence
is therefore taken: a string that begins with a capital letter and has more than one word, and is no docstring.
"""

import ast
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import IO, Any

from babel.messages.extract import extract_python
from babel.messages.frontend import CommandLineInterface

from shared.web.i18n import LOCALE_FOLDER

TEMPLATE = LOCALE_FOLDER / "messages.pot"

Found = tuple[int, Any, Any, Any]


def extract(target: Path = TEMPLATE) -> None:
    """Write the catalogue template anew. It names files as seen from the top of the project."""
    how = ["--mapping", "babel.cfg", "--no-wrap", "--sort-by-file", "--add-location", "file", "--omit-header"]
    with chdir(LOCALE_FOLDER.parent.parent):
        CommandLineInterface().run(  # type: ignore[no-untyped-call]
            ["pybabel", "--quiet", "extract", *how, "--output", str(target), "."]
        )


def sentences(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """A Babel extraction method: what is marked, and every sentence besides."""
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    tree = ast.parse(file.read())
    not_shown = {id(node) for node in ast.walk(tree) if _is_remark(node) for node in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in not_shown:
            text = node.value
            if " " in text and text[0].isupper():
                yield node.lineno, None, text, []


def _is_remark(node: ast.AST) -> bool:
    """A docstring, a string standing alone, or a part of an f-string."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


if __name__ == "__main__":
    extract()
