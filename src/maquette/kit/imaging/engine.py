"""The one place where libvips is loaded: few loaders, one thread a picture, nothing remembered between pictures."""

import logging
import os
import threading
from functools import cache
from typing import Any

_LOADING = threading.Lock()
"""Of two threads with the first two pictures, one would find every loader blocked while the other sets them up."""

_ALLOWED_LOADERS = (
    "VipsForeignLoadJpeg",
    "VipsForeignLoadPng",
    "VipsForeignLoadWebp",
    "VipsForeignLoadNsgif",
    "VipsForeignLoadTiff",
    "VipsForeignLoadHeif",
)

HEIF_ERRORS = (OSError, ValueError, RuntimeError, SyntaxError, EOFError, IndexError, MemoryError)
"""What pillow-heif raises over a file that is not as it should be: it has no error of its own."""


def load_vips() -> Any:
    """pyvips, imported on first use (it costs a web process 20 MB) and locked down before anybody can open a file.

    Every loader is blocked but the six that are used, so that a file which lies about its kind never reaches
    a parser for SVG, PDF or raw pictures.
    """
    with _LOADING:
        return _load_vips()


def load_heif() -> Any:
    """pillow-heif, imported on first use: HEVC is not in libvips' wheel. One thread a picture here as well."""
    with _LOADING:
        return _load_heif()


@cache
def _load_vips() -> Any:
    # Read by libvips once, when it starts. Pictures run in parallel, so threads inside one only cost CPU.
    os.environ.setdefault("VIPS_CONCURRENCY", "1")
    import pyvips

    # libvips warns of every odd byte in a file that somebody sent; what matters comes back as an error.
    logging.getLogger("pyvips").setLevel(logging.ERROR)
    pyvips.cache_set_max(0)  # a cached operation would keep the file of the picture before open, and its pixels
    pyvips.operation_block_set("VipsForeignLoad", state=True)
    for loader in _ALLOWED_LOADERS:
        pyvips.operation_block_set(loader, state=False)
    pyvips.block_untrusted_set(state=True)
    return pyvips


@cache
def _load_heif() -> Any:
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    return pillow_heif
