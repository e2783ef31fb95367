"""Log lines: for people on a console or as JSON for machines, each with the request's id.

What libraries log through the standard library takes the same road.
"""

import logging
import os
import sys
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer

from maquette.kit.clock import now
from maquette.platform.settings.general import GeneralSettings, LogFormat
from maquette.platform.settings.loader import Settings

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered, for every line that is logged meanwhile."""

QUIET = {
    "sqlalchemy.engine": logging.WARNING,
    "sqlalchemy.pool": logging.CRITICAL,  # the error that follows says the same, once
    "asyncio": logging.WARNING,
    "httpx": logging.WARNING,
    "alembic.runtime.plugins": logging.WARNING,
    "celery.worker.strategy": logging.WARNING,
    "celery.app.trace": logging.WARNING,
}
"""Libraries that talk more than helps."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the log says of a request."""

    method: str
    path: str
    status: int
    milliseconds: float
    client: str
    request_id: str


AccessLog = Callable[[Answered], None]


def _add_request_id(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = REQUEST_ID.get()
    if request_id is not None:
        line.setdefault("request_id", request_id)
    return line


def _drop_colours(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out what uvicorn adds: its line a second time, painted."""
    line.pop("color_message", None)
    return line


def _renderers(form: LogFormat) -> list[Any]:
    """Traces without the values of variables: those hold keys and passwords, and took a minute to draw."""
    if form is LogFormat.JSON:
        return [
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(lambda line, **_: msgspec.json.encode(line, enc_hook=str).decode()),
        ]
    return [
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    ]


def configure_logs(settings: Settings) -> None:
    """Send every log line of this process to standard error in the form that the settings name."""
    general = settings[GeneralSettings]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        _drop_colours,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[ProcessorFormatter.remove_processors_meta, *_renderers(general.log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(general.log_level)
    for name in ("uvicorn", "uvicorn.error", "celery", "kombu", "alembic"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    # The middleware writes one line a request, with the route's time and id; uvicorn's own would say it twice.
    logging.getLogger("uvicorn.access").handlers.clear()
    logging.getLogger("uvicorn.access").propagate = False
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(max(level, logging.getLevelNamesMapping()[general.log_level]))


def access_log(settings: Settings) -> AccessLog | None:
    """What writes the line of a request: straight to standard error, as the whole road of structlog costs more than
    many of the requests. None where the level leaves such lines out.
    """
    general = settings[GeneralSettings]
    if logging.getLevelNamesMapping()[general.log_level] > logging.INFO:
        return None
    return _access_json if general.log_format is LogFormat.JSON else _access_console


def _access_json(answered: Answered) -> None:
    line = {
        "event": "request",
        "level": "info",
        "logger": "maquette.access",
        "method": answered.method,
        "path": answered.path,
        "status": answered.status,
        "milliseconds": round(answered.milliseconds, 2),
        "client": answered.client,
        "request_id": answered.request_id,
        "timestamp": now().isoformat(),
    }
    _write(msgspec.json.encode(line) + b"\n")


def _access_console(answered: Answered) -> None:
    # The path is the caller's: control characters in it must not draw on the operator's terminal.
    path = answered.path if answered.path.isprintable() else ascii(answered.path)
    moment = now().isoformat(timespec="milliseconds")
    what = f"{answered.method} {path} {answered.status} {answered.milliseconds:.1f} ms"
    line = f"{moment} [info     ] {what} {answered.client} request_id={answered.request_id}\n"
    _write(line.encode(errors="backslashreplace"))


def _write(line: bytes) -> None:
    try:
        os.write(2, line)
    except OSError:
        return  # a closed or full pipe must not fail the request
