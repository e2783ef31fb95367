"""Every operation of the OpenAPI document, asked with what schemathesis makes up: it answers as it says."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.contract.conftest import Served

from maquette.accounts.actor import Role
from maquette.app import create_app, load

EXAMPLES = 8
"""Each operation is asked this often in each way; together it must stay well within a minute and a half."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def document() -> dict[str, Any]:
    """The document without `default`, which would make every status a documented one."""
    found = copy.deepcopy(create_app(load(environ={})).openapi())
    for operations in found["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("default")
    return found


def operations() -> Iterator[Any]:
    """Every operation with every way to ask: as documented, and, where there is anything to get wrong, wrongly."""
    schema = schemathesis.openapi.from_dict(document())
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        yield pytest.param(operation, GenerationMode.POSITIVE, id=f"{operation.label}-as documented")
        if list(operation.iter_parameters()) or operation.body:
            yield pytest.param(operation, GenerationMode.NEGATIVE, id=f"{operation.label}-wrongly")


@pytest.mark.parametrize("asking", ["administrator", "stranger"])
@pytest.mark.parametrize(("operation", "mode"), list(operations()))
def test_it_answers_as_it_says(operation: Any, mode: GenerationMode, asking: str, served: Served) -> None:
    person = served.person(Role.ADMINISTRATOR)
    headers = person.headers if asking == "administrator" else {}
    # Strangers ask about somebody's things.
    things = served.things_of(person) if "{" in operation.path else {}
    count = 0

    @seed(20260731)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        nonlocal count
        count += 1
        if count % 2:
            # What is made up is never found: every other time it is about something that is there.
            case.path_parameters.update({name: things[name] for name in case.path_parameters if name in things})
        case.call_and_validate(base_url=served.url, headers=headers, checks=CHECKS)

    ask()
    assert count >= 1
