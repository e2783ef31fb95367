"""`python -m maquette.stack`: what `maquette serve` becomes, without the command line's libraries in memory."""

import argparse
import sys
from pathlib import Path

from maquette.stack.errors import StackError
from maquette.stack.serving import ServeOptions, serve


def main() -> int:
    """Run the supervisor with the options that `maquette serve` checked."""
    parser = argparse.ArgumentParser(prog="maquette.stack")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--web-processes", type=int, default=1)
    parser.add_argument("--concurrency", type=int)
    try:
        return serve(ServeOptions(**vars(parser.parse_args())))
    except StackError as error:
        sys.stderr.write(f"maquette: {error.message}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
