"""Keyset pagination: every row once, whatever the values; any other cursor refused."""

import string
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Integer, String, create_engine, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from maquette.kit.database.pagination import Direction, InvalidCursor, SortKey, decode_cursor, encode_cursor

moments = st.datetimes(timezones=st.just(UTC))
keys = st.lists(st.one_of(moments, st.uuids(), st.text(), st.integers()), max_size=4)


class Table(DeclarativeBase):
    pass


class Row(Table):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String)


@given(
    st.sampled_from(["newest", "name"]), st.lists(st.one_of(moments, st.uuids(), st.text(), st.integers()), max_size=4)
)
def test_what_goes_into_a_cursor_comes_out(sort: str, key: list[datetime | UUID | str | int]) -> None:
    assert decode_cursor(sort, encode_cursor(sort, key), len(key)) == key


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    assume(text != encode_cursor("newest", []))
    with pytest.raises(InvalidCursor):
        decode_cursor("newest", text, 1)


@given(st.text(alphabet=string.ascii_letters + string.digits + "-_", max_size=200))
def test_text_that_looks_like_a_cursor_is_refused_without_a_crash(text: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor("newest", text, 3)


def test_a_cursor_of_another_sort_or_length_is_refused() -> None:
    cursor = encode_cursor("newest", [1, 2])
    with pytest.raises(InvalidCursor):
        decode_cursor("oldest", cursor, 2)
    with pytest.raises(InvalidCursor):
        decode_cursor("newest", cursor, 1)


def test_a_value_of_another_type_is_refused_before_the_database_sees_it() -> None:
    key = SortKey("name", (Row.name, Row.id), Direction.ASCENDING)
    with pytest.raises(InvalidCursor):
        key.after(encode_cursor("name", [7, "not a number"]))


def test_microseconds_survive() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=1)
    assert decode_cursor("newest", encode_cursor("newest", [moment]), 1) == [moment]


@given(
    st.lists(st.text(alphabet="abc", max_size=2), min_size=0, max_size=30),
    st.sampled_from(list(Direction)),
    st.integers(1, 7),
)
def test_pages_together_are_the_list_with_each_row_once(names: list[str], direction: Direction, size: int) -> None:
    engine = create_engine("sqlite://")
    Table.metadata.create_all(engine)
    key = SortKey("name", (Row.name, Row.id), direction)
    with engine.begin() as connection:
        if names:
            connection.execute(insert(Row), [{"id": number, "name": name} for number, name in enumerate(names)])
        statement = select(Row.name, Row.id).order_by(*key.order_by())
        expected = [tuple(row) for row in connection.execute(statement)]
        seen: list[tuple[str, int]] = []
        page = connection.execute(statement.limit(size)).all()
        while page:
            seen += [(row.name, row.id) for row in page]
            cursor = key.cursor_of(page[-1])
            page = connection.execute(statement.where(key.after(cursor)).limit(size)).all()
    engine.dispose()
    assert seen == expected
