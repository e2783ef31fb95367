"""The OpenAPI document and the error envelope."""

from typing import Annotated, Any, ClassVar

import httpx
import pytest
from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from maquette.kit.errors import Conflict, MaquetteError, ServiceUnavailable, Unauthenticated
from maquette.kit.http.docs import docs_router
from maquette.kit.http.errors import handle_http, handle_named, handle_validation
from maquette.kit.http.openapi import PUBLIC, describe, errors, operation_id


class Inner(BaseModel):
    number: int


class SomethingHappened(BaseModel):
    name: ClassVar[str] = "something.happened"
    inner: Inner


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI(
        docs_url=None,
        generate_unique_id_function=operation_id,
        exception_handlers={
            MaquetteError: handle_named,
            RequestValidationError: handle_validation,
            HTTPException: handle_http,
        },
    )

    @app.get("/things", responses=errors(404, 409), openapi_extra=PUBLIC)
    def list_things(limit: Annotated[int, Query(ge=1)] = 1) -> list[int]:
        if limit == 2:
            raise Conflict("Two is taken.", details={"limit": limit}, headers={"X-Why": "two"})
        if limit == 3:
            raise ServiceUnavailable("Not now.")
        return [limit]

    @app.post("/things")
    def add_thing(thing: Inner) -> Inner:
        return thing

    describe(app, [SomethingHappened])
    return app


def responses(document: dict[str, Any], method: str = "get") -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/things"][method]["responses"]
    return found


def test_every_error_of_the_document_is_the_envelope(app: FastAPI) -> None:
    document = app.openapi()
    for method in ("get", "post"):
        for status, response in responses(document, method).items():
            if status != "200":
                assert response["content"]["application/json"]["schema"] == {
                    "$ref": "#/components/schemas/ErrorEnvelope"
                }
    assert set(responses(document)) >= {"200", "404", "409", "422"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_the_document_says_how_to_log_in_and_where_nobody_needs_to(app: FastAPI) -> None:
    document = app.openapi()
    assert document["openapi"] == "3.1.0"
    assert {"bearer", "api_key"} <= set(document["components"]["securitySchemes"])
    assert document["paths"]["/things"]["get"]["security"] == []


def test_events_are_in_the_document_by_name(app: FastAPI) -> None:
    document = app.openapi()
    assert document["x-events"] == {"something.happened": {"$ref": "#/components/schemas/SomethingHappened"}}
    schema = document["components"]["schemas"]["SomethingHappened"]
    assert schema["properties"]["inner"] == {"$ref": "#/components/schemas/Inner"}
    assert "Inner" in document["components"]["schemas"]


def test_operations_are_named_by_module_and_function(app: FastAPI) -> None:
    assert app.openapi()["paths"]["/things"]["get"]["operationId"] == "test_openapi_list_things"


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_a_named_error_carries_code_details_and_headers(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.get("/things", params={"limit": 2})
    assert (answer.status_code, answer.headers["x-why"], answer.headers["cache-control"]) == (409, "two", "no-store")
    assert answer.json() == {
        "error": {"code": "conflict", "message": "Two is taken.", "details": {"limit": 2}, "request_id": None}
    }


async def test_an_outage_says_when_to_come_back(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.get("/things", params={"limit": 3})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_a_wrong_value_is_named_with_its_path(app: FastAPI) -> None:
    async with client_of(app) as client:
        answer = await client.get("/things", params={"limit": 0})
        body = await client.post("/things", content=b"{not json", headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"][0]["path"] == "query.limit"
    assert "query.limit" in answer.json()["error"]["message"]
    assert body.status_code == 422
    assert body.json()["error"]["code"] == "validation_error"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "not_found"), ("DELETE", "/things", 405, "method_not_allowed")],
)
async def test_what_the_framework_refuses_is_the_envelope_too(
    app: FastAPI, method: str, path: str, status: int, code: str
) -> None:
    async with client_of(app) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    if status == 405:
        assert "GET" in answer.headers["allow"]


async def test_the_documentation_is_one_page_that_asks_nobody_else(app: FastAPI) -> None:
    app.include_router(docs_router(app))
    async with client_of(app) as client:
        answer = await client.get("/docs")
    assert answer.status_code == 200
    assert "<code>/things</code>" in answer.text
    assert 'href="#schema-ErrorEnvelope"' in answer.text
    assert 'id="schema-ErrorEnvelope"' in answer.text
    assert "<script" not in answer.text
    assert "://" not in answer.text


def test_an_unauthenticated_caller_is_told_what_to_do() -> None:
    assert "X-API-Key" in Unauthenticated().message
