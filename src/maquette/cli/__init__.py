"""The command line: `maquette <command>`. Only the module of the command that is asked for is imported."""

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import typer


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command lives: a function, or a Typer app of its own with sub-commands."""

    module: str
    attribute: str


COMMANDS: dict[str, Command] = {
    "serve": Command("maquette.cli.serve", "serve"),
    "web": Command("maquette.cli.processes", "web"),
    "worker": Command("maquette.cli.processes", "worker"),
    "beat": Command("maquette.cli.processes", "beat"),
    "migrate": Command("maquette.cli.migrate", "migrate"),
    "users": Command("maquette.cli.users", "users"),
    "keys": Command("maquette.cli.keys", "keys"),
    "import": Command("maquette.cli.library", "import_folder"),
    "demo": Command("maquette.cli.library", "demo"),
    "doctor": Command("maquette.cli.doctor", "doctor"),
}


def build(names: Sequence[str] = tuple(COMMANDS)) -> typer.Typer:
    """The command line with these commands."""
    app = typer.Typer(
        name="maquette",
        help="A self-hosted studio for pictures.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(version)
    for name in names:
        command = COMMANDS[name]
        found = getattr(importlib.import_module(command.module), command.attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def version(show: bool = typer.Option(False, "--version", help="Print the version and leave.")) -> None:  # noqa: FBT001, FBT003  # Typer's form
    """A self-hosted studio for pictures."""
    if show:
        from maquette import __version__

        typer.echo(f"maquette {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command that the terminal asks for."""
    from maquette.cli.failure import told

    asked = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    with told():
        build([asked] if asked in COMMANDS else tuple(COMMANDS))()
