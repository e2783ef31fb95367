"""Coverage of the processes that tests start: only of those that are given this environment.

Tracing every process makes the tests of survival several times slower; those of the command line hardly notice it.
"""

from coverage import Coverage


def traced() -> dict[str, str]:
    """What makes coverage start in a process, into a file that pytest-cov combines; nothing where none is measured."""
    measuring = Coverage.current()
    return {} if measuring is None else {"COVERAGE_PROCESS_CONFIG": measuring.config.serialize()}
