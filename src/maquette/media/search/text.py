"""Words of a text, folded so that case, accents and separators do not matter: the same for what is kept and asked.

PostgreSQL gets finished lexemes: the embedded one has neither unaccent nor ICU, and a dictionary of one language
would be wrong for the next.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

MAX_TOKENS = 4_000
"""More words of one text than this are not found by search."""
MAX_TOKEN = 100
_MAX_POSITION = 16_383  # what a position of a tsvector can hold

_WORD = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[^\W\d_]+")
# Scripts that are written without spaces: each character is a word, and a word of several is a phrase.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def fold(text: str) -> str:
    """Without case and accents: "Ångström" and "angstrom" are one, as are "Straße" and "strasse"."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", bare.replace("ø", "o").replace("đ", "d").replace("ł", "l").replace("ı", "i"))


def words(text: str) -> Iterator[str]:
    """The folded words of `text`, in order."""
    for match in _WORD.finditer(fold(text)):
        word = match[0]
        if not _UNSPACED.search(word):
            yield word[:MAX_TOKEN]
            continue
        at = 0
        for character in _UNSPACED.finditer(word):
            if character.start() > at:
                yield word[at : character.start()][:MAX_TOKEN]
            yield character[0]
            at = character.end()
        if at < len(word):
            yield word[at:][:MAX_TOKEN]


def is_unspaced(text: str) -> bool:
    """Whether it is written, at least in part, without spaces between words."""
    return _UNSPACED.search(text) is not None


def filename_words(filename: str) -> Iterator[str]:
    """The words of a file name: split at separators, and again at capitals and digits, so that parts are found too.

    "BeachDay_00012.jpg" is found as beachday, beach, day, 00012, 12 and jpg.
    """
    for match in _WORD.finditer(filename):
        whole = match[0]
        yield from words(whole)
        parts = _PARTS.findall(whole)
        for part in parts:
            if len(parts) > 1:
                yield from words(part)
            if part.isdigit() and part[0] == "0" and part.strip("0"):
                yield part.lstrip("0")


def tsvector(weighted: Iterable[tuple[str, Iterable[str]]]) -> str:
    """The text form of a tsvector: each lexeme with its places and weights (A to D). Fields stand apart, so that
    a phrase does not reach from one into the next.
    """
    places: dict[str, list[str]] = {}
    position = 0
    for weight, tokens in weighted:
        for token in islice(tokens, MAX_TOKENS):
            position = min(position + 1, _MAX_POSITION)
            found = places.setdefault(token, [])
            if len(found) < 200:
                found.append(f"{position}{weight}")
        position = min(position + 10, _MAX_POSITION)
    return " ".join(f"{quoted(token)}:{','.join(found)}" for token, found in places.items())


def media_tsvector(
    *, title: str | None, tags: Iterable[str], filename: str, caption: str | None, camera: str | None
) -> str:
    """What a media is found by: title and tags first, then the file name, then the caption; the camera apart, as D."""
    return tsvector(
        [
            ("A", words(title or "")),
            *(("A", words(tag)) for tag in tags),
            ("B", filename_words(filename)),
            ("C", words(caption or "")),
            ("D", words(camera or "")),
        ]
    )


def quoted(token: str) -> str:
    """A lexeme as tsvector and tsquery read it."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def sort_name(filename: str) -> str:
    """The file name as people sort it: folded, and 2 before 10."""
    padded = re.sub(r"\d+", lambda match: match[0].lstrip("0").rjust(12, "0")[:30], fold(filename))
    return padded[:300]
