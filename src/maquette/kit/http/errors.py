"""One envelope for every error that leaves over HTTP."""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from maquette.kit.errors import MaquetteError, MethodNotAllowed, NotFound, TooLarge, ValidationFailed
from maquette.kit.http.routes import allowed_methods


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str = Field(description="Stable name of the error, such as not_found.", examples=["not_found"])
    message: str = Field(description="What happened and what to do.")
    details: dict[str, Any] = Field(default_factory=dict, description="Facts for programs, such as field paths.")
    request_id: str | None = Field(default=None, description="The id to look for in the logs.")


class ErrorEnvelope(BaseModel):
    """The body of every error."""

    error: ErrorBody


def error_response(
    status: int,
    code: str,
    message: str,
    *,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    request_id: str | None = None,
) -> Response:
    """The envelope as a response that nobody caches."""
    body = {"error": {"code": code, "message": message, "details": dict(details or {}), "request_id": request_id}}
    return Response(
        msgspec.json.encode(body, enc_hook=str),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def request_id_of(request: Request) -> str | None:
    """The id that the outermost middleware gave this request."""
    found = request.scope.get("state", {}).get("request_id")
    return found if isinstance(found, str) else None


def answer(request: Request, error: MaquetteError) -> Response:
    """The response to a named error."""
    return error_response(
        error.status,
        error.code,
        error.message,
        details=error.details,
        headers=error.headers,
        request_id=request_id_of(request),
    )


async def handle_named(request: Request, error: Exception) -> Response:
    """Answer a MaquetteError."""
    assert isinstance(error, MaquetteError)
    return answer(request, error)


async def handle_validation(request: Request, error: Exception) -> Response:
    """Answer what pydantic found wrong, with the path of each field."""
    assert isinstance(error, RequestValidationError)
    fields = [
        {"path": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"], "type": fault["type"]}
        for fault in error.errors()
    ]
    named = ", ".join(field["path"] for field in fields[:5])
    return answer(request, ValidationFailed(f"Some values are not valid: {named}.", details={"fields": fields}))


async def handle_http(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses: unknown paths, methods, malformed bodies."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    match error.status_code:
        case 404:
            named: MaquetteError = NotFound(f"There is nothing at {request.url.path}.", headers=headers)
        case 405:
            headers["Allow"] = allowed_methods(request) or headers.get("Allow", "")
            named = MethodNotAllowed(f"{request.url.path} does not take {request.method}.", headers=headers)
        case 413:
            named = TooLarge(str(error.detail), headers=headers)
        case status:
            return error_response(
                status,
                "bad_request" if status < 500 else "internal_error",
                str(error.detail),
                headers=headers,
                request_id=request_id_of(request),
            )
    return answer(request, named)
