"""The list of an actor's media: pages, totals, facets, suggestions."""

from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor
from maquette.kit.errors import ValidationFailed
from maquette.media.library import repository
from maquette.media.library.facets import load_facets, load_suggestions
from maquette.media.library.searching import Search, load_matches, load_ranked
from maquette.media.library.sorts import SORTS
from maquette.media.schemas import MediaSort
from maquette.media.search.filters import Filters


class NothingToRank(ValidationFailed):
    """Relevance is asked for without words to be relevant to."""

    code = "nothing_to_rank"

    def __init__(self) -> None:
        super().__init__(
            "Sorting by relevance needs words in q. Add some, or choose another order.",
            details={"fields": [{"path": "query.sort", "message": "needs words in q"}]},
        )


class LibraryService:
    """What an actor has, through filters. Answers are JSON as PostgreSQL made it."""

    def __init__(self, session: AsyncSession, actor: Actor) -> None:
        self._session = session
        self._actor = actor

    async def list_media(
        self, filters: Filters, sort: MediaSort, cursor: str | None, limit: int, *, with_total: bool
    ) -> bytes:
        """A page of the list as JSON (schemas.MediaPage). Raises InvalidCursor, NothingToRank."""
        if filters.is_plain and sort is not MediaSort.RELEVANCE and not with_total:
            page = await repository.load_page(self._session, self._actor, filters, sort, (cursor, limit))
            return _answer(page, None)
        spelled = await repository.find_spellings(self._session, self._actor, filters.tag_words)
        found = repository.matching(self._actor, filters, spelled)
        search = Search(self._actor, filters, spelled)
        if sort is MediaSort.RELEVANCE:
            if not filters.query.tsquery:
                raise NothingToRank
            page = await load_ranked(self._session, search, (cursor, limit))
        elif filters.has_words and not filters.is_trashed:
            page = await load_matches(self._session, search, sort, (cursor, limit))
        else:
            page = await repository.load_selected(self._session, found, SORTS[sort], cursor, limit)
        return _answer(page, await repository.count(self._session, found) if with_total else None)

    async def facets(self, filters: Filters) -> bytes:
        """What the filtered list is made of, as JSON (schemas.Facets)."""
        spelled = await repository.find_spellings(self._session, self._actor, filters.tag_words)
        found = repository.matching(self._actor, filters, spelled)
        return (await load_facets(self._session, found)).encode()

    async def suggest(self, typed: str) -> bytes:
        """What the search field offers, as JSON (schemas.Suggestions)."""
        found: list[dict[str, Any]] = await load_suggestions(self._session, self._actor.owner_id, typed)
        return msgspec.json.encode({"items": found})


def _answer(page: repository.Page, total: int | None) -> bytes:
    documents, following = page
    after = "null" if following is None else f'"{following}"'
    return f'{{"items":{documents},"next_cursor":{after},"total":{"null" if total is None else total}}}'.encode()
