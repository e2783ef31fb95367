"""`maquette doctor`: what is wrong with this installation, and what to do."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def doctor(
    data: Annotated[Path | None, typer.Option("--data", help="The data folder; default ./maquette-data.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Look at everything that this installation stands on; nothing is changed.

    Exit code 1 when something does not work. Embedded servers are looked at while `maquette serve` runs.
    """
    from maquette.app import load
    from maquette.cli.connection import known_addresses
    from maquette.operations.doctor import Verdict, diagnose
    from maquette.platform.observability.logs import configure_logs

    settings = load(environ=known_addresses(data))
    configure_logs(settings)
    findings = asyncio.run(diagnose(settings))
    is_well = all(each.state is not Verdict.FAIL for each in findings)
    if as_json:
        listed = [
            {"name": each.name, "state": each.state.value, "message": each.message, "advice": each.advice}
            for each in findings
        ]
        typer.echo(json.dumps({"ok": is_well, "findings": listed}))
    else:
        width = max(len(each.name) for each in findings)
        for each in findings:
            typer.echo(f"{MARKS[each.state.value]}  {each.name:{width}}  {each.message}")
            if each.advice:
                typer.echo(f"      {'':{width}}  {each.advice}")
    raise typer.Exit(int(not is_well))
