"""`maquette serve` around the small program."""

import sys
from pathlib import Path

from maquette.stack.errors import StackError
from maquette.stack.serving import ServeOptions, serve

SMALL_PROGRAM = (sys.executable, str(Path(__file__).with_name("small_program.py")))

if __name__ == "__main__":
    try:
        code = serve(ServeOptions(Path(sys.argv[1]), port=int(sys.argv[2])), program=SMALL_PROGRAM)
    except StackError as error:
        sys.stderr.write(f"maquette: {error.message}\n")
        code = 1
    sys.exit(code)
