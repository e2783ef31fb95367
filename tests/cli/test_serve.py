"""`maquette serve` that cannot begin: one sentence, and an end."""

import socket

from tests.cli.conftest import Installation


def test_a_port_that_is_taken_is_named(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = installation.run("serve", "--port", str(port))
    assert (said.code, said.out) == (1, "")
    assert f"Port {port} on 127.0.0.1 is in use by another program" in said.err
    assert "--port" in said.err


def test_an_address_of_another_machine_is_refused(installation: Installation) -> None:
    said = installation.run("serve", "--host", "192.0.2.1", "--port", "0")
    assert said.code == 1
    assert "192.0.2.1 is not an address of this machine" in said.err


def test_a_wrong_setting_ends_the_start_with_its_name(installation: Installation) -> None:
    said = installation.run("serve", "--port", "0", "--concurrency", "2", MAQUETTE_MAX_SIDE="wide")
    assert said.code == 1
    assert said.err.count("MAQUETTE_MAX_SIDE") == 1
    assert "web-1 cannot run with this configuration" in said.err


def test_a_process_that_is_started_by_hand_says_that_its_settings_are_wrong(installation: Installation) -> None:
    said = installation.run("beat", MAQUETTE_LOG_LEVEL="LOUD")
    assert said.code == 78, "so that whoever supervises it does not start it again"
    assert "MAQUETTE_LOG_LEVEL" in said.err
