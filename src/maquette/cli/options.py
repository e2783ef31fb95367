"""What the commands share: options of the same name and meaning, the check of input, and lists to their end."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

import typer

from maquette.kit.errors import ValidationFailed

if TYPE_CHECKING:
    from pydantic import BaseModel

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; default ./maquette-data.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

M = TypeVar("M", bound="BaseModel")
T = TypeVar("T")


def checked(model: type[M], **values: object) -> M:
    """The model with these values. Raises ValidationFailed in the words of the command line."""
    from pydantic import ValidationError

    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = [f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors()]
        raise ValidationFailed("; ".join(faults)) from None


class Page(Protocol[T]):
    """One answer of a list."""

    items: list[T]
    next_cursor: str | None


async def every_item(ask: Callable[[str | None], Awaitable[Page[T]]]) -> list[T]:
    """All items of a list, from page to page; `ask` is given the cursor."""
    page = await ask(None)
    found = page.items
    while page.next_cursor is not None:
        page = await ask(page.next_cursor)
        found = found + page.items
    return found
