"""`maquette serve`: everything on this machine, with one command."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer


def serve(
    data: Annotated[
        Path, typer.Option("--data", envvar="MAQUETTE_DATA_DIR", help="Folder of everything that Maquette keeps.")
    ] = Path("maquette-data"),
    host: Annotated[str, typer.Option("--host", help="Address to listen at; 0.0.0.0 is every one.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen at; 0 takes a free one.")
    ] = 8000,
    web_processes: Annotated[int, typer.Option("--web-processes", min=1, max=64, help="Web processes.")] = 1,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, max=256, help="Jobs at a time; default processors + 1.")
    ] = None,
) -> None:
    """Start the studio: database, cache, web pages and background work, until Ctrl-C.

    With MAQUETTE_DATABASE_URL or MAQUETTE_REDIS_URL set, that server is used and none is embedded for it.
    """
    arguments = ["--data", str(data), "--host", host, "--port", str(port), "--web-processes", str(web_processes)]
    if concurrency is not None:
        arguments += ["--concurrency", str(concurrency)]
    sys.stdout.flush()
    # The supervisor lives as long as the studio: in a fresh interpreter it needs a third of this one's memory.
    os.execv(sys.executable, [sys.executable, "-m", "maquette.stack", *arguments])  # noqa: S606  no shell is meant
