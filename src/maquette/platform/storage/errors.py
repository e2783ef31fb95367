"""What may go wrong with a store, by name."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from opendal import exceptions as opendal

from maquette.kit.errors import BadRequest, NotFound, OutOfSpace, StorageFailed


class FileMissing(NotFound):
    """The store has nothing under this key."""

    code = "file_missing"

    def __init__(self, store: str, key: str) -> None:
        super().__init__(f"The store {store!r} has no file {key!r}.", details={"store": store, "key": key})


class KeyInvalid(BadRequest):
    """A key that no store takes: it would leave the store's folder, or cannot be a file name."""

    code = "storage_key_invalid"


class RangeUnsatisfiable(StorageFailed):
    """The wanted part begins behind the end of the file."""

    status = 416
    code = "range_not_satisfiable"


class StoreFull(OutOfSpace):
    """The disk or the bucket of a store is full."""

    def __init__(self, store: str, key: str) -> None:
        super().__init__(
            f"The store {store!r} has no space left, so {key!r} was not stored. Free some space and try again.",
            details={"store": store, "key": key},
        )


class StoreFailed(StorageFailed):
    """A store refused or did not answer."""

    def __init__(self, store: str, key: str, reason: str) -> None:
        super().__init__(
            f"The store {store!r} failed at {key!r}: {reason}",
            details={"store": store, "key": key},
            headers={"Retry-After": "5"},
        )


FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
FULL_WORDS = ("no space left", "quotaexceeded", "storagefull", "insufficientstorage", "quota exceeded")
OPENDAL_ERRORS = (
    opendal.Error,
    opendal.Unexpected,
    opendal.Unsupported,
    opendal.ConfigInvalid,
    opendal.NotFound,
    opendal.PermissionDenied,
    opendal.IsADirectory,
    opendal.NotADirectory,
    opendal.AlreadyExists,
    opendal.IsSameFile,
    opendal.ConditionNotMatch,
    opendal.RateLimited,
    opendal.RangeNotSatisfied,
    opendal.Conflict,
)


def _reason(error: BaseException) -> str:
    """What the operating system says, or the first line of what OpenDAL says; the rest is its own context."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    first = str(error).splitlines()
    return first[0] if first else type(error).__name__


@contextmanager
def named_errors(store: str, key: str, *, is_write: bool = False) -> Iterator[None]:
    """Turn what the operating system or OpenDAL raises about `key` into our named errors.

    With `is_write`, what is missing is not the file but a part of the store, which may come back.
    """
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, opendal.NotFound, opendal.IsADirectory) as error:
        if is_write:
            raise StoreFailed(store, key, _reason(error)) from error
        raise FileMissing(store, key) from error
    except opendal.RangeNotSatisfied as error:
        raise RangeUnsatisfiable(f"The part asked for lies behind the end of {key!r}.") from error
    except (OSError, *OPENDAL_ERRORS) as error:
        # OpenDAL's files raise a bare OSError whose text begins with the kind that its other verbs have as a class.
        text = str(error).lower()
        if text.startswith("notfound "):
            raise FileMissing(store, key) from error
        if getattr(error, "errno", None) in FULL or any(word in text for word in FULL_WORDS):
            raise StoreFull(store, key) from error
        raise StoreFailed(store, key, _reason(error)) from error
