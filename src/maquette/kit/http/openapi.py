"""The OpenAPI document: names of operations, errors, ways to log in, and the events of the WebSocket."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from maquette.kit.http.errors import ErrorEnvelope

PUBLIC: dict[str, Any] = {"security": []}
"""`openapi_extra` of a route that needs nobody to be logged in."""

SECURITY_SCHEMES: dict[str, Any] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token that a login gives.",
    },
    "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A key made under /api-keys."},
}
TEMPLATE = "#/components/schemas/{model}"
_ENVELOPE = {"application/json": {"schema": {"$ref": TEMPLATE.format(model="ErrorEnvelope")}}}
_UNSAFE = frozenset({"post", "put", "patch", "delete"})
_UNUSED = ("HTTPValidationError", "ValidationError")
_DESCRIPTIONS = {
    400: "The request cannot be understood as it is.",
    401: "Nobody is logged in, or the credential is not valid.",
    403: "The caller may not do this.",
    404: "There is no such thing, or the caller may not see it.",
    409: "The state is not the one that the request assumes.",
    413: "Larger than a limit, which the message names.",
    415: "Not a kind of content that is accepted here.",
    416: "The range lies behind the end of the file.",
    422: "A value is not valid; details.fields names it.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "A server that this needs is down at the moment.",
    507: "The disk is full.",
}


def operation_id(route: APIRoute) -> str:
    """The name of an operation: its slice and its function, such as `media_get_media`."""
    parts = route.endpoint.__module__.split(".")
    where = parts[1] if parts[0] == "maquette" and len(parts) > 1 else parts[-1]
    return f"{where}_{route.name.strip('_')}"


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these errors."""
    return {
        status: {"model": ErrorEnvelope, "description": _DESCRIPTIONS.get(status, HTTPStatus(status).phrase)}
        for status in statuses
    }


def describe(app: FastAPI, events: Iterable[type[BaseModel]]) -> None:
    """Make the app's document complete: one error envelope, ways to log in, the schemas of `events`."""
    listed = tuple(events)

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                openapi_version="3.1.0",
                summary=app.summary,
                description=app.description or None,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            _unify_errors(schema)
            _complete_errors(schema)
            _add_security(schema)
            _add_events(schema, listed)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to change the document


def _unify_errors(schema: dict[str, Any]) -> None:
    """FastAPI documents its own shape for 422; ours is the envelope."""
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    for name, part in ErrorEnvelope.model_json_schema(ref_template=TEMPLATE).pop("$defs", {}).items():
        schemas.setdefault(name, part)
    envelope = ErrorEnvelope.model_json_schema(ref_template=TEMPLATE)
    envelope.pop("$defs", None)
    schemas.setdefault("ErrorEnvelope", envelope)
    for path in schema.get("paths", {}).values():
        for operation in path.values():
            refused = operation.get("responses", {}).get("422") if isinstance(operation, dict) else None
            if refused is None:
                continue
            content = refused.get("content", {}).get("application/json", {})
            if content.get("schema", {}).get("$ref", "").endswith("/HTTPValidationError"):
                content["schema"] = {"$ref": TEMPLATE.format(model="ErrorEnvelope")}
                refused["description"] = _DESCRIPTIONS[422]
    for name in _UNUSED:
        schemas.pop(name, None)


def _complete_errors(schema: dict[str, Any]) -> None:
    """Each operation names what any operation of its shape may answer; a route adds only what is its own."""
    for path, operations in schema.get("paths", {}).items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and "responses" in operation and not path.startswith("/health"):
                answers = errors(*_expected(path, method, operation))
                for status in sorted(answers, key=str):
                    described = {"description": answers[status]["description"], "content": _ENVELOPE}
                    operation["responses"].setdefault(str(status), described)


def _expected(path: str, method: str, operation: dict[str, Any]) -> set[int]:
    statuses = {429, 503}
    if operation.get("security"):
        statuses |= {401, 403}
    if method in _UNSAFE:
        # A browser that is sent from a page of another site.
        statuses.add(403)
    if "{" in path:
        statuses.add(404)
    if operation.get("parameters"):
        statuses.add(422)
    if "requestBody" in operation:
        statuses |= {400, 413, 422}
        statuses |= {415} if "multipart/form-data" in operation["requestBody"].get("content", {}) else set()
    return statuses


def _add_security(schema: dict[str, Any]) -> None:
    """Ways to log in that no route has documented itself, and what holds for routes that say nothing."""
    schemes = schema["components"].setdefault("securitySchemes", {})
    for name, scheme in SECURITY_SCHEMES.items():
        schemes.setdefault(name, scheme)


def _add_events(schema: dict[str, Any], events: tuple[type[BaseModel], ...]) -> None:
    """The data of each event as a schema that carries the event's name; `x-events` lists them."""
    schemas = schema["components"]["schemas"]
    listed: dict[str, Any] = {}
    for event in events:
        name = str(getattr(event, "name", event.__name__))
        part = event.model_json_schema(ref_template=TEMPLATE, mode="serialization")
        for inner, definition in part.pop("$defs", {}).items():
            schemas.setdefault(inner, definition)
        part["x-event-name"] = name
        schemas[event.__name__] = part
        listed[name] = {"$ref": TEMPLATE.format(model=event.__name__)}
    if listed:
        schema["x-events"] = listed
