"""Addresses of stores: `fs:///folder`, `s3://bucket/prefix?endpoint=...`, `memory://`.

OpenDAL ignores options that it does not know, so a typing error would go unnoticed: they are checked here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from maquette.kit.errors import MaquetteError


class StoreAddressInvalid(MaquetteError):
    """The address of a store cannot be understood; the message says what may stand there."""

    status = 422
    code = "store_address_invalid"


class Service(StrEnum):
    """Kinds of store that work today."""

    FS = "fs"
    S3 = "s3"
    MEMORY = "memory"


BOOLEAN = frozenset({"true", "false"})
OPTIONS: Mapping[Service, Mapping[str, frozenset[str] | None]] = {
    Service.FS: {},
    Service.MEMORY: {},
    Service.S3: {
        "endpoint": None,
        "region": None,
        "access_key_id": None,
        "secret_access_key": None,
        "session_token": None,
        "role_arn": None,
        "external_id": None,
        "default_storage_class": None,
        "server_side_encryption": frozenset({"AES256", "aws:kms"}),
        "server_side_encryption_aws_kms_key_id": None,
        "enable_virtual_host_style": BOOLEAN,
        "disable_ec2_metadata": BOOLEAN,
        "skip_signature": BOOLEAN,
    },
}
"""Options that an address may carry, each with the values that it takes (None: any)."""

SECRET_OPTIONS = frozenset({"secret_access_key", "session_token"})


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed address: which service, which folder or bucket and prefix, which options."""

    service: Service
    bucket: str
    """Bucket of s3; empty elsewhere."""
    root: str
    """Absolute folder of fs, prefix within the bucket of s3."""
    options: Mapping[str, str]

    def display(self) -> str:
        """The address without secrets, for messages and logs."""
        shown = "&".join(f"{name}={value}" for name, value in self.options.items() if name not in SECRET_OPTIONS)
        return f"{self.service}://{self.bucket}{self.root}" + (f"?{shown}" if shown else "")


def _check_options(service: Service, options: Mapping[str, str]) -> None:
    known = OPTIONS[service]
    for name, value in options.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" It takes: {', '.join(known) or 'none'}."
            raise StoreAddressInvalid(f"A store of kind {service} has no option {name!r}.{hint}")
        allowed = known[name]
        if allowed is not None and value not in allowed:
            raise StoreAddressInvalid(f"{name} must be one of {', '.join(sorted(allowed))}, not {value!r}.")
    if ("access_key_id" in options) != ("secret_access_key" in options):
        raise StoreAddressInvalid("access_key_id and secret_access_key go together: give both or neither.")
    endpoint = options.get("endpoint")
    if endpoint is not None and urlsplit(endpoint).scheme not in {"http", "https"}:
        raise StoreAddressInvalid(f"endpoint must begin with http:// or https://, not {endpoint!r}.")


def _options(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise StoreAddressInvalid(f"The options after '?' cannot be read: {error}.") from None
    options = dict(pairs)
    if len(options) != len(pairs):
        raise StoreAddressInvalid("An option stands twice in the address of the store.")
    for name, value in options.items():
        if not value:
            raise StoreAddressInvalid(f"The option {name!r} has no value.")
    return options


def parse_address(url: str) -> Address:
    """The address in `url`. Raises StoreAddressInvalid, which names what is wrong."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise StoreAddressInvalid(f"{url!r} is not an address: {error}.") from None
    try:
        service = Service(parts.scheme)
    except ValueError:
        known = ", ".join(f"{each}://" for each in Service)
        raise StoreAddressInvalid(f"The address of a store begins with one of {known}, not {url[:40]!r}.") from None
    if parts.fragment:
        raise StoreAddressInvalid("Write '#' as %23 (and '?' as %3F) in the address of a store.")
    path, options = unquote(parts.path), _options(parts.query)
    _check_options(service, options)
    if ".." in path.split("/") or "\0" in path:
        raise StoreAddressInvalid("The path of a store must not contain '..' or NUL.")
    match service:
        case Service.FS:
            if parts.netloc or not path.strip("/"):
                raise StoreAddressInvalid(f"Write the folder as fs:///absolute/folder, not {url!r}.")
            return Address(service, "", "/" + path.strip("/"), options)
        case Service.S3:
            if not parts.netloc or "@" in parts.netloc or ":" in parts.netloc:
                raise StoreAddressInvalid("Write the bucket as s3://bucket/prefix?endpoint=...&region=...")
            return Address(service, parts.netloc, "/" + path.strip("/"), options)
        case Service.MEMORY:
            return Address(service, "", "/" + path.strip("/"), options)


def folder_address(folder: Path) -> str:
    """The address of a store in `folder`, whatever characters its name has."""
    return "fs://" + quote(str(folder.resolve()))
