"""Writes the reference pages that must not differ from the code; with --check, only says which are stale.

Settings and `.env.example` come from the settings groups, the command line from Typer, and events, errors and
permissions from what the slices register, the OpenAPI document from the app. Edit the code, then run `scripts/fix`.
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import typer.main
from pydantic.fields import FieldInfo

import maquette
from maquette.accounts.roles import Permission
from maquette.app import create_app, load
from maquette.cli import build
from maquette.kit.errors import MaquetteError
from maquette.platform.groups import PLATFORM_GROUPS
from maquette.platform.settings.group import SettingsGroup
from maquette.platform.settings.loader import environment_name
from maquette.slices import SLICES

NOTE = "<!-- Written by scripts/generate_docs.py from the code: edit the code, then run scripts/fix. -->"


def import_everything() -> None:
    """Import every module, so that every error and event is known."""
    for module in pkgutil.walk_packages(maquette.__path__, "maquette."):
        # Alembic loads its own modules, and __main__ would start the program.
        if not module.name.startswith("maquette.migrations.") and not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def errors_below(kind: type[MaquetteError]) -> Iterator[type[MaquetteError]]:
    """Every error of the program below `kind`, at any depth; tests define some of their own."""
    for child in kind.__subclasses__():
        if child.__module__.partition(".")[0] == "maquette":
            yield child
        yield from errors_below(child)


def first_sentence(kind: type | object) -> str:
    """The first paragraph of a docstring on one line."""
    return " ".join((kind.__doc__ or "").strip().split("\n\n")[0].split())


def type_name(annotation: Any) -> str:
    """A type as a person would say it."""
    if get_origin(annotation) in (Union, UnionType):
        named = [type_name(each) for each in get_args(annotation) if each is not type(None)]
        return " or ".join(dict.fromkeys(named))
    if get_origin(annotation) in (list, tuple, set, frozenset):
        return f"list of {type_name(get_args(annotation)[0])}"
    if get_origin(annotation) is dict:
        return "JSON object"
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return ", ".join(f"`{each.value}`" for each in annotation)
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "`true` or `false`", "Path": "path"}
    name = getattr(annotation, "__name__", str(annotation))
    return names.get(name, name)


def plain(value: Any) -> str:
    """A default as it would stand in the environment; empty where there is none."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case list() | tuple() | set() | frozenset():
            return ",".join(plain(each) for each in value)
        case _:
            return str(value)


def default_of(field: FieldInfo) -> str:
    """The default of a setting."""
    return plain(field.get_default(call_default_factory=True, validated_data={}))


def cell(text: str) -> str:
    """Text that cannot break a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table without the columns that would be empty."""
    columns = [
        (head, *cells)
        for head, *cells in zip(heads, *([cell(each) for each in row] for row in rows), strict=True)
        if any(cells)
    ]
    head, *body = zip(*columns, strict=True)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in body])


def setting_groups() -> tuple[type[SettingsGroup], ...]:
    """Every group of settings, in the order in which they are read."""
    return tuple(dict.fromkeys((*PLATFORM_GROUPS, *(group for each in SLICES for group in each.settings))))


def settings_page() -> str:
    """docs/operate/settings.md."""
    parts = [
        "# Settings",
        NOTE,
        """Every setting is an environment variable. Faults are listed all at once at start, and a name that is not
known is a fault too. Lists are written with commas or as JSON.""",
    ]
    for group in setting_groups():
        rows = [
            (
                f"`{environment_name(name)}`",
                type_name(field.annotation),
                f"`{default_of(field)}`" if default_of(field) else "none",
                field.description or "",
            )
            for name, field in group.model_fields.items()
        ]
        parts += [f"## {group.title}", first_sentence(group), table(("Variable", "Type", "Default", "Meaning"), rows)]
    return "\n\n".join(parts) + "\n"


def example_environment() -> str:
    """.env.example: every setting, commented out, with its default."""
    lines = ["# Written by scripts/generate_docs.py. Every setting with its default; see docs/operate/settings.md."]
    for group in setting_groups():
        lines += ["", f"## {group.title}"]
        for name, field in group.model_fields.items():
            lines += [
                f"# {' '.join((field.description or '').split())}",
                f"# {environment_name(name)}={default_of(field)}",
            ]
    return "\n".join(lines) + "\n"


def command_parts(command: Any, path: str, level: int) -> Iterator[str]:
    """One command and those below it."""
    if command.hidden:
        return
    yield f"{'#' * level} `{path}`"
    yield " ".join((command.help or "").split("\f")[0].split())
    shown = [each for each in command.params if not getattr(each, "hidden", False) and each.name != "help"]
    if shown:
        rows = []
        for parameter in shown:
            is_argument = parameter.param_type_name == "argument"
            named = (
                (parameter.name or "").upper()
                if is_argument
                else ", ".join((*parameter.opts, *parameter.secondary_opts))
            )
            known = (
                not callable(parameter.default)
                and parameter.default not in (None, False, ())
                and not parameter.required
            )
            default = f"`{plain(parameter.default)}`" if known and "Sentinel" not in repr(parameter.default) else ""
            rows.append(
                (f"`{named}`", getattr(parameter, "help", None) or "", "required" if parameter.required else default)
            )
        yield table(("Parameter", "Meaning", "Default"), rows)
    children: Mapping[str, Any] = getattr(command, "commands", {})
    for name in sorted(children):
        yield from command_parts(children[name], f"{path} {name}", min(level + 1, 4))


def commands_page() -> str:
    """docs/operate/cli.md."""
    root = typer.main.get_command(build())
    return (
        "\n\n".join(part for part in ("# The command line", NOTE, *command_parts(root, "maquette", 2)) if part) + "\n"
    )


def events_page() -> str:
    """docs/extend/events.md."""
    parts = [
        "# Events",
        NOTE,
        "What the WebSocket tells its listeners, after the commit of what happened. `at` is the time of each.",
    ]
    for event in sorted({event for each in SLICES for event in each.events}, key=lambda each: each.name):
        rows = [
            (f"`{name}`", type_name(field.annotation), field.description or "")
            for name, field in event.model_fields.items()
            if name != "at"
        ]
        parts += [f"## `{event.name}`", first_sentence(event), table(("Field", "Type", "Meaning"), rows)]
    topics = sorted({kind for each in SLICES for kind in each.topics})
    parts += [
        "## Topics",
        "A listener subscribes to `<kind>:<id>`; kinds: " + ", ".join(f"`{kind}`" for kind in topics) + ".",
    ]
    return "\n\n".join(parts) + "\n"


def errors_page() -> str:
    """docs/extend/errors.md."""
    errors = set(errors_below(MaquetteError)) | {MaquetteError}
    rows = sorted({(error.code, str(error.status), error.__name__, first_sentence(error)) for error in errors})
    return (
        "\n\n".join(
            (
                "# Error codes",
                NOTE,
                """Every error has the body `{"error": {"code", "message", "details", "request_id"}}`.
Codes are stable; messages are for people.""",
                table(
                    ("Code", "Status", "Meaning"), [(f"`{code}`", status, meaning) for code, status, _, meaning in rows]
                ),
            )
        )
        + "\n"
    )


def permissions_page() -> str:
    """docs/extend/permissions.md."""
    parts = ["# Permissions", NOTE, "Scopes that an API key may carry, by slice."]
    for each in SLICES:
        for kind in each.permissions:
            assert issubclass(kind, Permission)
            rows = [
                (f"`{member.value}`", member.description, "administrators" if member.is_administrative else "")
                for member in kind
            ]
            parts += [
                f"## {each.name}",
                first_sentence(kind),
                table(("Permission", "What it lets one do", "Only for"), rows),
            ]
    return "\n\n".join(parts) + "\n"


def openapi_document() -> str:
    """web/openapi.json, from which the page's client is generated."""
    document = create_app(load(environ={})).openapi()
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def pages() -> dict[str, str]:
    """Every generated file by its path in the repository."""
    import_everything()
    return {
        ".env.example": example_environment(),
        "docs/operate/settings.md": settings_page(),
        "docs/operate/cli.md": commands_page(),
        "docs/extend/events.md": events_page(),
        "docs/extend/errors.md": errors_page(),
        "docs/extend/permissions.md": permissions_page(),
        "web/openapi.json": openapi_document(),
    }


def main(arguments: list[str]) -> int:
    """Write what is stale, or with --check only name it."""
    root = Path(__file__).resolve().parent.parent
    stale = []
    for name, text in pages().items():
        path = root / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name} is stale: run scripts/fix" if "--check" in arguments else f"{name} written")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
