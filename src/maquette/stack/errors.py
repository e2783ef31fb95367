"""What can go wrong while servers and processes are started on this machine."""

from maquette.kit.errors import MaquetteError


class StackError(MaquetteError):
    """The local servers or processes could not be brought up; the message says what to do."""

    status = 503
    code = "stack_failed"


class DataDirectoryInUse(StackError):
    """Another process works on this data directory."""

    status = 409
    code = "data_directory_in_use"


class DataDirectoryUnusable(StackError):
    """The data directory cannot be made, read or written."""

    code = "data_directory_unusable"


class DataDirectoryFull(StackError):
    """There is no room left for the database."""

    status = 507
    code = "data_directory_full"


class BinariesMissing(StackError):
    """The programs of PostgreSQL or Valkey are not where their packages should have put them, or out of reach."""

    code = "binaries_missing"


class AddressUnavailable(StackError):
    """The address to listen at is taken or not ours."""

    code = "address_unavailable"


class ServerStartFailed(StackError):
    """PostgreSQL or Valkey did not come up."""

    code = "server_start_failed"


class LeftoverProcesses(StackError):
    """Processes of an earlier start do not end."""

    code = "leftover_processes"


class StartedOutsideMainThread(StackError):
    """Linux ties the death signal of a child to the thread that started it, so only the main thread may."""

    code = "started_outside_main_thread"
