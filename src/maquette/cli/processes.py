"""`maquette web`, `worker` and `beat`: one process each, started by `serve` or by hand on servers."""

import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

UNMENDABLE_EXIT_CODE = 78
"""EX_CONFIG: tells a supervisor that another start would find the same fault in the configuration."""
GRACEFUL_SECONDS = 4
"""How long requests under way may take after a request to stop; `serve` gives a process 6 seconds in all."""
KEEP_ALIVE_SECONDS = 75
"""Longer than the 60 seconds of common load balancers, so that they never send into a connection just closed."""
LARGEST_MESSAGE = 1024 * 1024


def web(
    host: Annotated[str, typer.Option("--host", help="Address to listen at; 0.0.0.0 is every one.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen at.")] = 8000,
    trusted_proxies: Annotated[
        str | None,
        typer.Option(
            "--trusted-proxies",
            envvar="FORWARDED_ALLOW_IPS",
            help="Proxies whose X-Forwarded-For and -Proto are believed: addresses, networks, or *.",
        ),
    ] = None,
) -> None:
    """Run one web process, which answers the API, the WebSocket and the page."""
    _end_when_told()
    inherited = os.environ.pop("MAQUETTE_LISTEN_FD", None)
    with _unmendable(), _quick_loading():
        import uvicorn

        from maquette.app import create_app, load
        from maquette.platform.observability.protocol import protocol_for

        settings = load()
        app = create_app(settings)

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """A start that waits for its database ends at once; uvicorn alone would wait for the end of the start."""
            if not self.started:
                sys.exit(0)
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="auto",
        http=protocol_for(settings),
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        lifespan="on",
        # The app configures logging itself.
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=trusted_proxies is not None,
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    # The listener belongs to the supervisor, which keeps it open when this process goes.
    listeners = None if inherited is None else [socket.socket(fileno=int(inherited))]
    Server(config).run(sockets=listeners)


def worker(
    pool: Annotated[
        str | None, typer.Option("--pool", help="threads needs less memory; prefork survives a crashing decoder.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, max=256, help="Jobs at a time; default processors + 1.")
    ] = None,
    queues: Annotated[str | None, typer.Option("--queues", help="Only these queues, with commas; default all.")] = None,
) -> None:
    """Run one worker, which does the jobs."""
    import warnings

    _end_when_told()
    # On a laptop `sudo make run` is the owner's choice, and the jobs come as ids only, never as pickles.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    chosen = {"JOB_POOL": pool, "JOB_CONCURRENCY": concurrency, "JOB_QUEUES": queues}
    # Options are settings said in another place, so that they are checked in the same words.
    # Likenesses are of a hundred pixels a side: threads for their sums would only keep buffers.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.update({f"MAQUETTE_{name}": str(value) for name, value in chosen.items() if value is not None})
    with _unmendable():
        with _quick_loading():
            from maquette.worker import run_worker
        code = run_worker()
    sys.exit(code)


def beat() -> None:
    """Run a process that asks for the periodic jobs."""
    _end_when_told()
    from maquette.beat import BeatPlan, run_beat

    def plan() -> BeatPlan:
        with _unmendable():
            from maquette.worker import plan_beat

            return plan_beat()

    run_beat(plan)


def _end_when_told() -> None:
    """SIGTERM is a clean end also before uvicorn and Celery listen to it, and when uvicorn raises it once more."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


@contextmanager
def _quick_loading() -> Iterator[None]:
    """Load modules without collecting garbage: they make none, and the search for it is a sixth of their time.

    What was loaded stays for good, so that no later collection looks at it either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def _unmendable() -> Iterator[None]:
    """Leave with a code of its own where the settings are wrong, so that `serve` gives up with the message."""
    from maquette.platform.settings.loader import SettingsInvalid

    try:
        yield
    except SettingsInvalid as error:
        sys.stderr.write(f"maquette: {error.message}\n")
        raise SystemExit(UNMENDABLE_EXIT_CODE) from None
