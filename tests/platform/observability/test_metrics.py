"""Figures of several processes, counted together."""

import os
import subprocess
import sys
from pathlib import Path

from tests.tracing import traced

COUNT = """
from maquette.platform.observability.metrics import REQUESTS, REQUEST_SECONDS, UPLOADED_BYTES
REQUESTS.labels("GET", "/media", "200").inc({count})
REQUEST_SECONDS.labels("GET", "/media").observe(0.02)
UPLOADED_BYTES.inc(10)
"""
READ = "from maquette.platform.observability.metrics import metrics_text; print(metrics_text().decode())"
PREPARE = """
import os, subprocess, sys
from pathlib import Path
from maquette.kit.metrics_folder import metrics_environment
os.environ.update(metrics_environment(Path(sys.argv[1])))
for code in sys.argv[2:]:
    subprocess.run([sys.executable, "-c", code], check=True)
"""


def run(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", *arguments],
        env={**os.environ, **traced(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_counts_of_all_processes_are_one(tmp_path: Path) -> None:
    text = run(PREPARE, str(tmp_path / "metrics"), COUNT.format(count=3), COUNT.format(count=4), READ)
    assert 'maquette_requests_total{method="GET",route="/media",status="200"} 7.0' in text
    assert 'maquette_request_seconds_count{method="GET",route="/media"} 2.0' in text
    assert "maquette_uploaded_bytes_total 20.0" in text


def test_a_new_start_counts_from_nothing(tmp_path: Path) -> None:
    folder = str(tmp_path / "metrics")
    run(PREPARE, folder, COUNT.format(count=3))
    assert 'route="/media"' not in run(PREPARE, folder, READ)


def test_a_process_alone_counts_for_itself() -> None:
    text = run(COUNT.format(count=5) + READ)
    assert 'maquette_requests_total{method="GET",route="/media",status="200"} 5.0' in text
