"""The API's documentation as one plain page, made from the OpenAPI document: no script, nothing from elsewhere.

FastAPI's own page loads its viewer from another host, which an installation behind closed doors cannot reach and
which would be told of every look.
"""

from html import escape
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse

METHODS = ("get", "post", "put", "patch", "delete")
STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:2rem auto;padding:0 1rem}
details{border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-radius:.4rem;margin:.4rem 0}
summary{padding:.5rem .8rem;cursor:pointer}details>div{padding:0 1rem 1rem}b{display:inline-block;min-width:4.5rem}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}table{border-collapse:collapse}
td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}
"""


def docs_router(app: FastAPI) -> APIRouter:
    """The router of /docs for `app`."""
    router = APIRouter()

    @router.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(_page(app.openapi()), headers={"Cache-Control": "no-cache"})

    return router


def _page(document: dict[str, Any]) -> str:
    groups: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                groups.setdefault(operation.get("tags", ["other"])[0], []).append(_operation(method, path, operation))
    schemas = "".join(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
    body = "".join(f"<h2>{escape(name)}</h2>{''.join(listed)}" for name, listed in groups.items())
    title = f"{escape(document['info']['title'])} {escape(document['info']['version'])}: API"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style><h1>{title}</h1>"
        f'<p>For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI {escape(document["openapi"])}).</p>'
        f"{body}<h2>Schemas</h2>{schemas}</html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code><td>{escape(each['in'])}<td>{_kind(each.get('schema', {}))}"
        f"<td>{escape(each.get('description', ''))}"
        for each in operation.get("parameters", [])
    )
    sent = operation.get("requestBody", {}).get("content", {})
    answers = "".join(
        f"<tr><td>{escape(status)}<td>{_contents(answer.get('content', {}))}<td>{escape(answer.get('description', ''))}"
        for status, answer in operation.get("responses", {}).items()
    )
    return (
        f'<details id="{escape(operation.get("operationId", ""))}"><summary><b>{method.upper()}</b> '
        f"<code>{escape(path)}</code> {escape(operation.get('summary', ''))}</summary><div>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        + (f"<h4>Parameters</h4><table>{rows}</table>" if rows else "")
        + (f"<h4>Body</h4><p>{_contents(sent)}</p>" if sent else "")
        + f"<h4>Answers</h4><table>{answers}</table></div></details>"
    )


def _contents(content: dict[str, Any]) -> str:
    return ", ".join(f"{escape(kind)} {_kind(each.get('schema', {}))}" for kind, each in content.items())


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words, with links to the named ones."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    for joint in ("anyOf", "oneOf", "allOf"):
        if joint in schema:
            return " or ".join(_kind(each) for each in schema[joint])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if "enum" in schema:
        return escape(" | ".join(map(str, schema["enum"])))
    return escape(str(schema.get("format") or schema.get("type") or "any"))


def _schema(name: str, schema: dict[str, Any]) -> str:
    needed = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code>{' *' if field in needed else ''}<td>{_kind(each)}"
        f"<td>{escape(each.get('description', ''))}"
        for field, each in schema.get("properties", {}).items()
    )
    inside = f"<table>{rows}</table>" if rows else f"<p>{_kind(schema)}</p>"
    return (
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"<div><p>{escape(schema.get('description', ''))}</p>{inside}</div></details>"
    )
