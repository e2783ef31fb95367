"""Errors, the outbox and identifiers."""

from types import SimpleNamespace

import pytest

from maquette.kit import errors
from maquette.kit.errors import MaquetteError
from maquette.kit.ids import new_id
from maquette.kit.outbox import outbox_of, take_outbox
from maquette.kit.pause import Pause


def test_an_outbox_is_one_per_session_and_keeps_the_order() -> None:
    one, two = SimpleNamespace(info={}), SimpleNamespace(info={})
    for number in range(3):
        outbox_of(one).jobs.append(number)
    outbox_of(one).events.append("event")
    assert outbox_of(one).jobs == [0, 1, 2]
    assert not outbox_of(two)


def test_what_is_taken_is_gone() -> None:
    session = SimpleNamespace(info={})
    outbox_of(session).jobs.append("job")
    assert take_outbox(session).jobs == ["job"]
    assert not take_outbox(session)
    assert not outbox_of(session)


def test_a_session_that_asked_for_nothing_has_an_empty_outbox() -> None:
    assert not take_outbox(SimpleNamespace(info={}))


def every_error() -> list[type[MaquetteError]]:
    return [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, MaquetteError)]


@pytest.mark.parametrize("kind", every_error())
def test_every_error_has_a_status_and_a_stable_code(kind: type[MaquetteError]) -> None:
    assert 400 <= kind.status <= 599
    assert kind.code == kind.code.lower()
    assert kind.code.replace("_", "").isalpha()
    assert kind.__doc__


def test_details_of_an_error_are_its_own() -> None:
    given = {"field": 1}
    error = errors.Conflict("Taken.", details=given)
    given["field"] = 2
    assert error.details == {"field": 1}
    assert (str(error), error.message) == ("Taken.", "Taken.")


def test_ids_made_later_sort_later() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
    assert {each.version for each in ids} == {7}


def test_a_pause_begins_with_a_failure_and_ends() -> None:
    pause = Pause(0.02)
    assert pause.is_over
    pause.begin()
    assert not pause.is_over
    while not pause.is_over:
        pass
    assert pause.is_over
