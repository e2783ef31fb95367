"""`maquette keys`: API keys for programs, made, listed and revoked by the operator."""

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from maquette.cli.options import AsJson, Data, checked, every_item

if TYPE_CHECKING:
    from maquette.accounts.schemas import ApiKeyCreated, ApiKeyRead

Owner = Annotated[str, typer.Option("--user", help="E-mail address of the user whose key it is.")]

ALL = "all"

keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True, rich_markup_mode=None)


@keys.command("create")
def create(
    user: Owner,
    scopes: Annotated[
        list[str],
        typer.Option("--scopes", help="Permissions with commas, such as media.read,media.upload, or all."),
    ],
    name: Annotated[str, typer.Option("--name", help="By what to recognise it later.")] = "command line",
    days: Annotated[int | None, typer.Option("--days", min=1, max=36500, help="Days until it expires.")] = None,
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make an API key. It is shown this once."""
    from maquette.accounts.keys import service
    from maquette.accounts.schemas import NewApiKey
    from maquette.cli.connection import opened
    from maquette.cli.owner import acting_as, find_owner
    from maquette.kit import clock

    asked = [part.strip() for given in scopes for part in given.split(",") if part.strip()]
    expires_at = None if days is None else clock.now() + timedelta(days=days)

    async def run() -> "ApiKeyCreated":
        async with opened(data) as platform, platform.database.transaction() as session:
            actor = acting_as(platform, await find_owner(platform, user))
            wanted = sorted(actor.permissions) if asked == [ALL] else asked
            new = checked(NewApiKey, name=name, scopes=wanted, expires_at=expires_at)
            return await service.create_key(session, platform, actor, new)

    made = asyncio.run(run())
    typer.echo(made.model_dump_json() if as_json else made.key)


@keys.command("list")
def list_keys(user: Owner, data: Data = None, *, as_json: AsJson = False) -> None:
    """List a user's API keys, newest first, without their secrets."""
    from maquette.accounts.keys import service
    from maquette.cli.connection import opened
    from maquette.cli.owner import find_owner

    async def run() -> "list[ApiKeyRead]":
        async with opened(data) as platform, platform.database.reading() as session:
            owner = await find_owner(platform, user)
            return await every_item(lambda cursor: service.list_keys(session, owner.id, 200, cursor))

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps({"items": [key.model_dump(mode="json") for key in found]}))
        return
    for key in found:
        until = "" if key.expires_at is None else f"  until {key.expires_at:%Y-%m-%d}"
        typer.echo(f"{key.id}  {key.prefix}…  {key.name}  {','.join(key.scopes)}{until}")


@keys.command("revoke")
def revoke(
    key_id: Annotated[UUID, typer.Argument(help="The key's id, as `maquette keys list` shows it.")],
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Revoke an API key: it stops working at once."""
    from maquette.accounts.actor import SYSTEM
    from maquette.accounts.keys import service
    from maquette.cli.connection import opened

    async def run() -> None:
        async with opened(data) as platform, platform.database.transaction() as session:
            await service.revoke_key(session, platform, SYSTEM, key_id)

    asyncio.run(run())
    typer.echo(json.dumps({"id": str(key_id), "revoked": True}) if as_json else f"Revoked {key_id}.")
