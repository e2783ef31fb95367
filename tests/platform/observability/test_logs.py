"""Log lines: one form for ours and for the libraries'."""

import json
import logging
import subprocess
import sys
import textwrap

import pytest

SCRIPT = """
import logging
from pathlib import Path
import structlog
from maquette.platform.observability.logs import REQUEST_ID, configure_logs
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings

general = GeneralSettings(data_dir=Path("."), log_format="{form}", log_level="{level}")
configure_logs(Settings({{GeneralSettings: general}}))
log = structlog.get_logger("maquette.test")
REQUEST_ID.set("request-1")
log.debug("quiet")
log.info("stored", media="7")
logging.getLogger("uvicorn.error").info("started %s", "well", extra={{"color_message": "in colours"}})
logging.getLogger("sqlalchemy.engine.Engine").info("SELECT 1")
logging.getLogger("uvicorn.access").info("GET /")
try:
    password = "hunter" + "2"
    1 / 0
except ZeroDivisionError:
    log.exception("broken")
"""


def written(form: str, level: str = "INFO") -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT).format(form=form, level=level)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_json_lines_carry_level_time_id_and_what_libraries_say() -> None:
    lines = [json.loads(line) for line in written("json")]
    assert [line["event"] for line in lines] == ["stored", "started well", "broken"]
    assert {line["request_id"] for line in lines} == {"request-1"}
    assert [line["level"] for line in lines] == ["info", "info", "error"]
    assert lines[0]["media"] == "7"
    assert lines[1]["logger"] == "uvicorn.error"
    assert all("timestamp" in line for line in lines)
    assert not any("color_message" in line for line in lines)
    assert "ZeroDivisionError" in json.dumps(lines[2])


def test_a_console_reads_like_a_console() -> None:
    lines = written("console")
    assert "stored" in lines[0]
    assert "media=7" in lines[0]
    assert "ZeroDivisionError: division by zero" in "\n".join(lines)


@pytest.mark.parametrize("form", ["json", "console"])
def test_traces_do_not_tell_what_variables_held(form: str) -> None:
    told = "\n".join(written(form))
    assert "ZeroDivisionError" in told
    assert "hunter2" not in told


def test_a_level_leaves_out_what_is_below() -> None:
    assert [json.loads(line)["event"] for line in written("json", "ERROR")] == ["broken"]


@pytest.mark.parametrize("name", ["sqlalchemy.engine", "httpx"])
def test_talkative_libraries_are_named_by_their_real_loggers(name: str) -> None:
    from maquette.platform.observability.logs import QUIET

    assert QUIET[name] >= logging.WARNING


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_alembic_does_not_tell_of_its_plugins(level: str) -> None:
    script = SCRIPT.format(form="json", level=level).partition("REQUEST_ID.set")[0] + "import alembic.command\n"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "plugin" not in told.stderr
