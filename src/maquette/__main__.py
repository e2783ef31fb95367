"""`python -m maquette` is the command `maquette`."""

from maquette.cli import main

if __name__ == "__main__":
    main()
