"""A form as a person typed it, and what was wrong with it.

Fields are named like the JSON they stand for, with dots: `boxes.commodities.0.volume_m3`. A refused form is shown again
with everything in it, so nothing typed is ever lost (files must be chosen again; browsers do not send them back).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, Self, cast

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from shared.problems import Refusal
from shared.web.formats import byte_size
from shared.web.i18n import N_, language_of, speak, translated, zone_of
from shared.web.security import CSRF_FIELD, check_csrf

MAX_FIELDS = 2_000
MAX_FILES = 20
MAX_FIELD_BYTES = 256 * 1024
MAX_FORM_BYTES = 64_000_000

Values = Mapping[str, Any]


class FormTooLarge(Refusal):
    """More bytes than a form may have."""

    status, title, code = 413, N_("What you sent is too large"), "too_large"


class FormUnreadable(Refusal):
    """Not a form, or one with too many fields or files."""

    status, title, code = 400, N_("The form could not be read"), "unreadable_form"


class Mistake(Protocol):
    """What a form needs of a `shared.problems.FieldError`."""

    @property
    def field(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def params(self) -> Mapping[str, object]: ...
    @property
    def article(self) -> str: ...


class Refused(Protocol):
    """What a form needs of a `shared.problems.WrongContent`."""

    @property
    def errors(self) -> Sequence[Mistake]: ...


class Form:
    """Values by dotted name, files, and errors by dotted name. Names with several values keep them all, in order."""

    def __init__(self, values: Mapping[str, Sequence[str]], files: Mapping[str, Sequence[UploadFile]]) -> None:
        self.values: dict[str, list[str]] = {name: list(texts) for name, texts in values.items()}
        self.uploads: dict[str, list[UploadFile]] = {name: list(files_) for name, files_ in files.items()}
        self.errors: dict[str, list[str]] = {}
        self.laws: dict[str, str] = {}
        """The law behind an error, by its words; not of one that names it in its words."""

    @classmethod
    async def read(
        cls, request: Request, *, max_bytes: int = MAX_FORM_BYTES, max_file_bytes: int = MAX_FORM_BYTES
    ) -> Self:
        """What was sent. Raises CsrfRefused, FormTooLarge, FormUnreadable. Texts are then in the person's language.

        Of a file larger than `max_file_bytes` one byte more than that is kept, and the rest is passed over: whoever
        looks at it sees that it is too large, and everything else that was typed is there.
        """
        speak(language_of(request), zone_of(request))
        form = cls.of(await read_multipart(request, max_bytes=max_bytes, max_file_bytes=max_file_bytes))
        check_csrf(request, form.raw(CSRF_FIELD))
        return form

    @classmethod
    def of(cls, data: FormData) -> Self:
        values: dict[str, list[str]] = defaultdict(list)
        files: dict[str, list[UploadFile]] = defaultdict(list)
        for name, value in data.multi_items():
            if isinstance(value, str):
                values[name].append(value.replace("\r\n", "\n"))
            else:
                files[name].append(value)
        return cls(values, files)

    @classmethod
    def empty(cls, values: Values | None = None) -> Self:
        """A form to be filled in, starting from what is known: nested mappings and lists become dotted names."""
        flat: dict[str, list[str]] = {}
        for name, value in (values or {}).items():
            _flatten(name, value, flat)
        return cls(flat, {})

    def raw(self, name: str) -> str:
        """Exactly what was typed: for passwords, and to show it again."""
        return self.values.get(name, [""])[0]

    def text(self, name: str) -> str:
        """What was typed, without blanks around it."""
        return self.raw(name).strip()

    def checked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return self.raw(name) not in {"", "false"}

    def files(self, name: str) -> list[UploadFile]:
        """The files chosen; a browser sends an empty one when none was."""
        return [file for file in self.uploads.get(name, []) if file.filename]

    def file(self, name: str) -> UploadFile | None:
        """The one file chosen, if any."""
        return next(iter(self.files(name)), None)

    def indexes(self, name: str) -> list[int]:
        """Which rows of a repeated group were sent: `boxes.commodities.3.description` gives 3."""
        prefix = f"{name}."
        heads = {key.removeprefix(prefix).partition(".")[0] for key in self.values if key.startswith(prefix)}
        return sorted(int(head) for head in heads if head.isdecimal() and len(head) <= len(str(MAX_FIELDS)))

    def error(self, field: str, message: str, article: str = "") -> None:
        """Say what is wrong with one field, in the person's language, and by which law."""
        self.errors.setdefault(field, []).append(message)
        if article and article.partition(" ")[0] not in message:
            self.laws[message] = article

    def take(self, refusal: Refused) -> Self:
        """Take over, translated, everything that a rule found wrong."""
        for mistake in refusal.errors:
            self.error(mistake.field, translated(mistake.message, mistake.params), mistake.article)
        return self

    def errors_of(self, name: str) -> list[str]:
        """What is wrong with a field or with one value of it (`countries.1` belongs to `countries`)."""
        own = (key for key in self.errors if key == name or key.removeprefix(f"{name}.").isdecimal())
        return [message for key in own for message in self.errors[key]]

    @property
    def ok(self) -> bool:
        return not self.errors

    def summary(self) -> Iterator[tuple[str, str]]:
        """Every error with the name of the field on the page that it belongs to."""
        for name, messages in self.errors.items():
            head, _dot, last = name.rpartition(".")
            for message in messages:
                yield (head if last.isdecimal() else name), message

    # Stays last: below it, `list` in an annotation of this class would mean this method.
    def list(self, name: str) -> list[str]:
        """All values of a field that may have several, without the empty ones."""
        return [text for value in self.values.get(name, []) if (text := value.strip())]


async def read_multipart(
    request: Request, *, max_bytes: int = MAX_FORM_BYTES, max_file_bytes: int = MAX_FORM_BYTES
) -> FormData:
    """The form of this request; read once, because a body comes only once. Raises FormTooLarge, FormUnreadable."""
    if (known := getattr(request.state, "form_data", None)) is not None:
        return cast("FormData", known)
    if int(request.headers.get("content-length") or 0) > max_bytes:
        raise _too_large(max_bytes)
    limited = Request(request.scope, _at_most(request.receive, max_bytes))
    try:
        if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            parser = _Multipart(limited, max_file_bytes)
            data = await parser.parse()
        else:
            data = await limited.form(max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
    except (HTTPException, MultiPartException, ClientDisconnect) as unreadable:
        raise FormUnreadable from unreadable
    request.state.form_data = data
    return data


class _Multipart(MultiPartParser):
    """Lets no more of a file into memory or onto the disk than may be kept of it, and one byte."""

    def __init__(self, request: Request, max_file_bytes: int) -> None:
        limits = {"max_files": MAX_FILES, "max_fields": MAX_FIELDS, "max_part_size": MAX_FIELD_BYTES}
        super().__init__(request.headers, request.stream(), **limits)
        self.max_file_bytes = max_file_bytes
        self._got = 0

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self._got = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is not None:
            end = min(end, start + max(0, self.max_file_bytes + 1 - self._got))
            self._got += end - start
        if end > start:
            super().on_part_data(data, start, end)


def _at_most(receive: Receive, max_bytes: int) -> Receive:
    """Stop a body that grows beyond the limit, whatever its headers promised."""
    left = max_bytes

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large(max_bytes)
        return message

    return limited


def _too_large(max_bytes: int) -> FormTooLarge:
    return FormTooLarge(N_("At most %(size)s can be sent at once."), params={"size": byte_size(max_bytes)})


def _flatten(name: str, value: Any, flat: dict[str, list[str]]) -> None:
    if value is None or value is False:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _flatten(f"{name}.{key}", inner, flat)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, inner in enumerate(value):
            if isinstance(inner, Mapping):
                _flatten(f"{name}.{index}", inner, flat)
            elif inner is not None:
                flat.setdefault(name, []).append(str(inner))
    else:
        flat[name] = ["true" if value is True else str(value)]
