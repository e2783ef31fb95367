"""`maquette import` and `maquette demo`: pictures into the library from the terminal."""

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maquette.cli.options import AsJson, Data
from maquette.kit.errors import Conflict, NotFound

if TYPE_CHECKING:
    from maquette.cli.interruption import Interruption
    from maquette.ingest.service import FolderImport, Walk
    from maquette.platform.runtime import Platform

User = Annotated[
    str | None, typer.Option("--user", help="E-mail address of the owner; needed when there are several users.")
]

DEMO_EMAIL = "demo@example.org"
MADE, BY_WORKER, LATER = "made", "by_worker", "later"
"""What becomes of the thumbnails of what came in."""


class PathMissing(NotFound):
    """There is nothing at the path of an import."""

    code = "path_missing"


class PathInside(Conflict):
    """The path of an import lies in Maquette's own data folder."""

    code = "path_inside_data_folder"


def import_folder(
    path: Annotated[Path, typer.Argument(help="A folder, with all that lies below it, or one picture.")],
    user: User = None,
    data: Data = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take the pictures of a folder into the library.

    What is there already, by its bytes, is left alone, so that it may be run again at any time.
    Exit code 1 when something could not be taken in.
    """
    raise typer.Exit(asyncio.run(_import(_existing(path), user, data, is_dry=dry_run, as_json=as_json)))


def demo(
    count: Annotated[int, typer.Option("--count", min=1, max=10_000, help="How many pictures there shall be.")] = 200,
    user: User = None,
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Fill a library with pictures that the program draws itself.

    Where there is no user yet, an administrator is made whose login is printed. Running it again adds what is missing.
    """
    raise typer.Exit(asyncio.run(_demo(count, user, data, as_json=as_json)))


def _existing(path: Path) -> Path:
    """The path, if there is anything. Raises PathMissing, before any server is started."""
    from maquette.ingest.service import printable

    path = path.expanduser()
    try:
        path.stat()
    except OSError as error:
        raise PathMissing(
            f"{printable(path)} cannot be imported: {error.strerror or error}. See that it is there."
        ) from None
    return path


def _kept_apart(path: Path, data_dir: Path) -> Path:
    """The data folder, which is no part of an import. Raises PathInside where it is all of it."""
    own = data_dir.resolve()
    if path.resolve().is_relative_to(own):
        raise PathInside(f"{path} lies in {own}, where Maquette itself keeps its pictures.")
    return own


async def _import(path: Path, email: str | None, data: Path | None, *, is_dry: bool, as_json: bool) -> int:
    from maquette.cli.connection import opened
    from maquette.cli.interruption import Interruption
    from maquette.cli.owner import acting_as, find_owner
    from maquette.cli.progress import progress
    from maquette.ingest.service import FolderImport, Walk, printable, walk
    from maquette.platform.settings.general import GeneralSettings

    async with opened(data) as platform:
        own = await asyncio.to_thread(_kept_apart, path, platform.settings[GeneralSettings].data_dir)
        owner = await find_owner(platform, email)
        run = FolderImport(platform, acting_as(platform, owner), is_dry=is_dry)
        began = time.monotonic()
        found, thumbnails = Walk(), None if is_dry else LATER
        with Interruption(run.stop) as interruption:
            found = await asyncio.to_thread(walk, path, [own])
            total = sum(file.size for file in found.files)
            verb = "Looking" if is_dry else "Importing"
            with progress(verb, total, len(found.files), in_bytes=True) as shown:
                run.tell = lambda file, _outcome: shown.advance(file.size)
                await run.run(found.files)
            if not is_dry:
                thumbnails = await _make_thumbnails(platform, run.new, interruption)
        report = {
            "path": printable(path),
            "user": owner.email,
            "dry_run": is_dry,
            **_counts(run, found),
            "interrupted": interruption.number is not None,
            "thumbnails": thumbnails,
            "seconds": round(time.monotonic() - began, 2),
        }
    typer.echo(json.dumps(report) if as_json else _import_text(report))
    return interruption.exit_code or int(bool(report["failed"] or report["ended_by"]))


def _counts(run: "FolderImport", found: "Walk") -> dict[str, Any]:
    """What became of every file."""
    failed = sorted([*found.failed, *run.failed], key=lambda each: each.path)
    return {
        "new": run.new,
        "new_bytes": run.new_bytes,
        "already_there": run.present,
        "passed_over": {"hidden": found.hidden, "no_pictures": run.no_pictures, "special": found.special},
        "failed": [{"path": each.path, "code": each.code, "reason": each.reason} for each in failed],
        "not_tried": len(found.files) - run.done,
        "ended_by": None if run.ended_by is None else {"code": run.ended_by.code, "message": run.ended_by.message},
    }


def _import_text(report: dict[str, Any]) -> str:
    verb = "Would import" if report["dry_run"] else "Imported"
    size = report["new_bytes"] / 1024**2
    what = f"{report['new']:,} picture{'' if report['new'] == 1 else 's'} ({size:,.1f} MiB)"
    lines = [f"{verb} {what} from {report['path']} for {report['user']} in {report['seconds']:.0f} s."]
    over = report["passed_over"]
    notes = {
        "already there": report["already_there"],
        "passed over, no pictures": over["no_pictures"],
        "passed over, hidden": over["hidden"],
        "passed over, neither file nor folder": over["special"],
        "not tried": report["not_tried"],
    }
    lines += [f"  {note}: {count:,}" for note, count in notes.items() if count]
    if report["failed"]:
        lines.append(f"  failed: {len(report['failed']):,}")
        lines += [f"    {each['path']}: {each['reason']}" for each in report["failed"]]
    if report["ended_by"]:
        lines.append(f"It ended early: {report['ended_by']['message']}")
    if report["interrupted"]:
        lines.append("It was interrupted. Run it again to go on where it stopped.")
    return "\n".join([*lines, *_thumbnail_text(report)])


def _thumbnail_text(report: dict[str, Any]) -> list[str]:
    match report["thumbnails"] if report["new"] else None:
        case "by_worker":
            return ["The running worker makes the thumbnails."]
        case "later":
            return ["The missing thumbnails are made when Maquette runs."]
        case _:
            return []


async def _make_thumbnails(platform: "Platform", expected: int, interruption: "Interruption") -> str:
    """Do here what no worker is there to do: without it what came in would have no thumbnails until `serve` runs."""
    from redis.exceptions import RedisError

    from maquette.cli.progress import progress
    from maquette.platform.jobs.presence import alive_workers
    from maquette.platform.jobs.runner import drain
    from maquette.platform.jobs.settings import JobSettings

    if interruption.number is not None:
        return LATER
    try:
        if await alive_workers(platform.valkey):
            return BY_WORKER
    except (RedisError, OSError):
        pass  # jobs are done here without it
    with progress("Thumbnails", expected, expected) as shown:
        at_once = platform.settings[JobSettings].concurrency
        working = asyncio.gather(*(drain(platform, tell=shown.advance) for _ in range(at_once)))
        interruption.on_first = working.cancel
        try:
            await working
        except asyncio.CancelledError:
            if interruption.number is None:
                raise
            return LATER
    return MADE


async def _demo(count: int, email: str | None, data: Path | None, *, as_json: bool) -> int:
    from maquette.cli.connection import opened
    from maquette.cli.interruption import Interruption
    from maquette.cli.owner import acting_as, find_owner
    from maquette.cli.progress import progress
    from maquette.ingest.demo import DemoLibrary

    async with opened(data) as platform:
        password = None if email is not None else await _make_demo_user(platform)
        owner = await find_owner(platform, email)
        library, thumbnails = DemoLibrary(platform, acting_as(platform, owner)), LATER
        with Interruption(library.stop) as interruption:
            with progress("Drawing", count, count) as shown:
                library.tell = shown.advance
                await library.fill(count)
            thumbnails = await _make_thumbnails(platform, library.new, interruption)
        report = {
            "user": owner.email,
            "password": password,
            "new": library.new,
            "already_there": library.present,
            "interrupted": interruption.number is not None,
            "thumbnails": thumbnails,
        }
    typer.echo(json.dumps(report) if as_json else _demo_text(report))
    return interruption.exit_code


def _demo_text(report: dict[str, Any]) -> str:
    lines = [f"{report['new']:,} pictures were drawn for {report['user']}."]
    if report["already_there"]:
        lines.append(f"  already there: {report['already_there']:,}")
    if report["password"]:
        lines += [
            "There was no user yet, so that an administrator was made. Start `maquette serve` and log in with",
            f"  e-mail address  {report['user']}",
            f"  password        {report['password']}",
        ]
    return "\n".join([*lines, *_thumbnail_text(report)])


async def _make_demo_user(platform: "Platform") -> str | None:
    """The password of a new administrator; None where there are users already."""
    import secrets

    from maquette.accounts.actor import Role
    from maquette.accounts.schemas import NewUser
    from maquette.accounts.users.service import create_user, list_users

    async with platform.database.transaction() as session:
        if (await list_users(session, 1, None, total=False)).items:
            return None
        password = secrets.token_urlsafe(12)
        await create_user(session, NewUser(email=DEMO_EMAIL, name="Demo", password=password, role=Role.ADMINISTRATOR))
    return password
