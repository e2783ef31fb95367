"""Errors of operations."""

from maquette.kit.errors import ServiceUnavailable


class NotReady(ServiceUnavailable):
    """The process is up and cannot serve yet, or not at the moment."""

    code = "not_ready"
