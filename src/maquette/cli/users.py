"""`maquette users`: make, list, switch off, and give a new password."""

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maquette.cli.options import AsJson, Data, checked, every_item
from maquette.kit.errors import BadRequest

if TYPE_CHECKING:
    from maquette.accounts.schemas import UserRead, UserUpdate

Email = Annotated[str, typer.Argument(help="The user's e-mail address.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]

users = typer.Typer(help="Make, list and change users.", no_args_is_help=True, rich_markup_mode=None)


@users.command("create")
def create(
    email: Annotated[str, typer.Option("--email", help="The e-mail address to log in with.")],
    name: Annotated[str, typer.Option("--name", help="How others see the user.")],
    data: Data = None,
    *,
    password_stdin: FromStdin = False,
    admin: Annotated[bool, typer.Option("--admin", help="Make an administrator.")] = False,
    viewer: Annotated[bool, typer.Option("--viewer", help="Make a viewer, who changes nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a user: a member, unless --admin or --viewer says otherwise."""
    from maquette.accounts.actor import Role
    from maquette.accounts.schemas import NewUser
    from maquette.accounts.users import service
    from maquette.cli.connection import opened

    if admin and viewer:
        raise BadRequest("--admin and --viewer exclude each other.")
    role = Role.ADMINISTRATOR if admin else Role.VIEWER if viewer else Role.MEMBER
    new = checked(NewUser, email=email, name=name, password=_password(from_stdin=password_stdin), role=role)

    async def run() -> "UserRead":
        async with opened(data) as platform, platform.database.transaction() as session:
            return await service.create_user(session, new)

    made = asyncio.run(run())
    typer.echo(made.model_dump_json() if as_json else f"Made {made.role} {made.email} ({made.id}).")


@users.command("list")
def list_users(data: Data = None, *, as_json: AsJson = False) -> None:
    """List all users, oldest first."""
    from maquette.accounts.users import service
    from maquette.cli.connection import opened

    async def run() -> "list[UserRead]":
        async with opened(data) as platform, platform.database.reading() as session:
            return await every_item(lambda cursor: service.list_users(session, 200, cursor, total=False))

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"items": [user.model_dump(mode="json") for user in found]}))
        return
    for user in found:
        state = "" if user.is_active else "  switched off"
        typer.echo(f"{user.id}  {user.role:13}  {user.email}  {user.name}{state}")


@users.command("deactivate")
def deactivate(email: Email, data: Data = None, *, as_json: AsJson = False) -> None:
    """Switch an account off: all its logins end, its media stay."""
    from maquette.accounts.schemas import UserUpdate

    changed = _change(email, UserUpdate(is_active=False), data)
    typer.echo(changed.model_dump_json() if as_json else f"{changed.email} is switched off.")


@users.command("set-password")
def set_password(
    email: Email, data: Data = None, *, password_stdin: FromStdin = False, as_json: AsJson = False
) -> None:
    """Give a user a new password: all logins of the account end."""
    from maquette.accounts.schemas import UserUpdate

    change = checked(UserUpdate, password=_password(from_stdin=password_stdin))
    changed = _change(email, change, data)
    typer.echo(changed.model_dump_json() if as_json else f"{changed.email} has a new password.")


def _change(email: str, change: "UserUpdate", data: Path | None) -> "UserRead":
    from maquette.accounts.users import service
    from maquette.cli.connection import opened
    from maquette.cli.owner import find_owner

    async def run() -> "UserRead":
        async with opened(data) as platform, platform.database.transaction() as session:
            user = await find_owner(platform, email)
            return await service.update_user(session, platform, user.id, change)

    return asyncio.run(run())


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadRequest("There is no terminal to ask for the password. Send it with --password-stdin.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
