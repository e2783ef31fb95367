"""How a command says that it failed: one message on standard error, exit code 1, no trace.

With --json a program reads the same on standard output, in the envelope of the API.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from maquette.kit.errors import MaquetteError


@contextmanager
def told() -> Iterator[None]:
    """Print a named error as words instead of as a trace."""
    try:
        yield
    except MaquetteError as error:
        sys.stderr.write(f"maquette: {error.message}\n")
        if "--json" in sys.argv:
            told_so = {"code": error.code, "message": error.message, "details": error.details, "request_id": None}
            sys.stdout.write(json.dumps({"error": told_so}, default=str) + "\n")
        raise SystemExit(1) from None
