"""The OpenAPI document is valid and complete."""

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis

from maquette.app import create_app, load

DOCUMENT: dict[str, Any] = create_app(load(environ={})).openapi()
ENVELOPE = {"$ref": "#/components/schemas/ErrorEnvelope"}
OWN_REPORTS = {("/health", "503"), ("/health/ready", "503")}
"""Where the answer of an error is a report for machines that watch."""


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method, operation."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


EVERY = [pytest.param(path, operation, id=f"{method.upper()} {path}") for path, method, operation in operations()]


def test_it_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(DOCUMENT).validate()


def test_the_validation_would_notice_a_fault() -> None:
    broken = copy.deepcopy(DOCUMENT)
    broken["paths"]["/api/v1/media"]["get"]["responses"] = ["200"]
    with pytest.raises(Exception, match=r"responses|type"):
        schemathesis.openapi.from_dict(broken).validate()


def test_every_reference_leads_somewhere() -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for value in part:
                yield from references(value)

    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(references(DOCUMENT)) - known == set()


def test_operations_have_names_of_their_own() -> None:
    names = Counter(operation["operationId"] for _, _, operation in operations())
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(("path", "operation"), EVERY)
def test_every_operation_says_what_it_does(path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"].strip()
    assert operation["summary"] != operation["operationId"]
    assert operation["description"].strip()
    assert operation["tags"]


@pytest.mark.parametrize(("path", "operation"), EVERY)
def test_every_error_is_the_envelope(path: str, operation: dict[str, Any]) -> None:
    errors = {status: answer for status, answer in operation["responses"].items() if status[0] in "45d"}
    assert "default" in errors
    for status, answer in errors.items():
        if (path, status) not in OWN_REPORTS:
            assert answer["content"]["application/json"]["schema"] == ENVELOPE, status
        assert answer["description"]


@pytest.mark.parametrize(("path", "operation"), EVERY)
def test_every_answer_has_a_type(path: str, operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        if status in {"204", "304"}:
            assert "content" not in answer, status
        elif status[0] == "2":
            assert answer["content"], status
            for kind, content in answer["content"].items():
                assert kind != "application/json" or content["schema"], status


@pytest.mark.parametrize(("path", "operation"), EVERY)
def test_errors_that_any_caller_may_meet_are_named(path: str, operation: dict[str, Any]) -> None:
    if path.startswith("/health"):
        return
    named = set(operation["responses"])
    assert {"429", "503"} <= named
    if operation.get("security"):
        assert {"401", "403"} <= named
    if "{" in path:
        assert {"404", "422"} <= named
    if "requestBody" in operation:
        assert {"413", "422"} <= named
