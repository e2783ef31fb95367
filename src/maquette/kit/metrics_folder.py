"""The folder in which the processes of one installation count together, see `platform.observability.metrics`.

It must not import prometheus-client, which looks at the variable when it is imported.
"""

import shutil
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def metrics_environment(folder: Path) -> dict[str, str]:
    """The environment of processes that count together in `folder`, which is emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return {VARIABLE: str(folder)}
