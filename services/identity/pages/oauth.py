"""The token endpoint of OAuth 2 for machine clients, and the metadata that describe it (RFC 6749, RFC 8414)."""

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from services.identity.access import InService, address_of
from services.identity.domain.clients import SCOPES
from services.identity.pages.session import JWKS_SECONDS
from services.identity.use_cases.tokens import Credentials, TokenRefused, grant_token

router = APIRouter(tags=["oauth"])
GRANT = "client_credentials"
FORM = "application/x-www-form-urlencoded"
LARGEST_BODY = 16_384
MOST_FIELDS = 20
_TEXT = {"type": "string"}
DESCRIBED = {
    "schema": {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": GRANT},
            "scope": _TEXT | {"description": "Fewer scopes than the client has, with blanks between them."},
            "client_id": _TEXT,
            "client_secret": _TEXT | {"description": "Unless it comes by HTTP Basic."},
        },
    }
}
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@router.post("/identity/oauth/token", openapi_extra={"requestBody": {"required": True, "content": {FORM: DESCRIBED}}})
async def token(request: Request, service: InService) -> JSONResponse:
    """A bearer token for a machine client: `grant_type=client_credentials`, with its id and secret by HTTP Basic or in
    the form, and if wanted fewer scopes than it has."""
    try:
        person = await grant_token(service.work, await _credentials(request), address=address_of(request))
    except TokenRefused as refusal:
        return _refused(refusal)
    answer = {
        "access_token": service.keyring.sign(person, now=service.clock()),
        "token_type": "Bearer",
        "expires_in": int(service.token_lives.total_seconds()),
        "scope": " ".join(person.scopes or ()),
    }
    return JSONResponse(answer, headers=NOT_KEPT)


@router.get("/.well-known/oauth-authorization-server", include_in_schema=False)
@router.get("/identity/.well-known/oauth-authorization-server")
async def metadata(service: InService) -> JSONResponse:
    """Where the token endpoint and the public keys are, for programs that find out by themselves."""
    origin = service.settings.origin
    answer: dict[str, Any] = {
        "issuer": origin,
        "token_endpoint": f"{origin}/identity/oauth/token",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "scopes_supported": list(SCOPES),
        "jwks_uri": f"{origin}/identity/.well-known/jwks.json",
    }
    return JSONResponse(answer, headers={"Cache-Control": f"public, max-age={JWKS_SECONDS}"})


def _refused(refusal: TokenRefused) -> JSONResponse:
    headers = dict(NOT_KEPT)
    if refusal.error == "invalid_client":
        headers["WWW-Authenticate"] = 'Basic realm="flegt", charset="UTF-8"'
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return JSONResponse({"error": refusal.error, "error_description": refusal.description}, refusal.status, headers)


async def _credentials(request: Request) -> Credentials:
    """What the request says. Raises TokenRefused when that cannot be understood."""
    sent = await _form(request)
    grant = sent.get("grant_type")
    if grant is None:
        raise TokenRefused("invalid_request", "grant_type is missing.")
    if grant != GRANT:
        raise TokenRefused("unsupported_grant_type", f"Only {GRANT} is supported.")
    client_id, secret = sent.get("client_id", ""), sent.get("client_secret", "")
    if authorization := request.headers.get("authorization"):
        if secret:
            raise TokenRefused("invalid_request", "Send the secret by HTTP Basic or in the form, not both.")
        basic_id, secret = _basic(authorization)
        if basic_id and client_id not in ("", basic_id):
            raise TokenRefused("invalid_request", "client_id is not that of the Authorization header.")
        client_id = basic_id
    if not client_id or not secret:
        raise TokenRefused("invalid_client", "Send the id and the secret of a client.", status=401)
    return Credentials(client_id, secret, tuple(sent.get("scope", "").split()))


def _basic(authorization: str) -> tuple[str, str]:
    kind, _, value = authorization.partition(" ")
    try:
        pair = base64.b64decode(value.strip(), validate=True).decode() if kind.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    client_id, _, secret = pair.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


async def _form(request: Request) -> dict[str, str]:
    """The fields; each once, and one without a value counts as not sent (RFC 6749, section 3.2)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise TokenRefused("invalid_request", f"Send the parameters as {FORM}.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise TokenRefused("invalid_request", "The request is too large.", status=413)
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise TokenRefused("invalid_request", "The parameters cannot be read.") from None
    if len({name for name, _ in fields}) < len(fields):
        raise TokenRefused("invalid_request", "A parameter was sent twice.")
    return {name: value for name, value in fields if value}
