"""Requests a second of the library at 1,000,000 media of one owner: one web process, 16 clients, authorised.

    python bench/library.py [ROWS] [--data DIR]

With --data the seeded database is kept for the next run. Beside each rate stands a limit that is measured in the same
run: the same web process answering /health/live, and the same SQL by asyncpg alone. Needs wrk (apt-get install wrk).
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import psutil

from maquette.kit.database.pagination import encode_cursor
from maquette.migrations.upgrade import upgrade
from maquette.stack.embedded import EmbeddedStack

CLIENTS = 16
HEALTH = "health (limit of HTTP)"
SECONDS = 6
EMAIL, PASSWORD = "bench@maquette.test", "a long password for the bench"
TARGETS = {
    "timeline buckets": 20.0,
    "timeline page of 1,000": 250.0,
    "list page of 100": 800.0,
    "small variant": 3000.0,
}

SEED = """
INSERT INTO media (id, owner_id, origin, filename, sort_name, title, tags, favourite, rating, visibility, mime_type,
    format, size, width, height, checksum, taken_at, sort_at, camera, camera_name, place, thumbhash, dominant_colour,
    dhash, shard, storage_key, variants, variant_files, search, created_at, updated_at)
SELECT
    CAST(lpad(to_hex(extract(epoch FROM at)::bigint * 1000), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
         || '8' || lpad(to_hex(n), 15, '0') AS uuid),
    $1, 'uploaded', 'IMG_' || lpad(n::text, 7, '0') || '.jpg', 'img_' || lpad(n::text, 12, '0') || '.jpg',
    CASE WHEN n % 10 = 0 THEN 'Picture number ' || n END,
    CASE WHEN n % 7 = 0 THEN ARRAY['beach', 'summer'] WHEN n % 997 = 0 THEN ARRAY['rare'] ELSE '{}' END,
    n % 50 = 0, CASE WHEN n % 20 = 0 THEN n % 5 + 1 END, 'private', 'image/jpeg',
    'jpeg', 3000000 + n % 800000, 4000, 3000, md5(n::text) || md5((-n)::text), at, at,
    '{"make": "LabCam", "model": "Model 1", "lens": null, "f_number": 2.8, "exposure_seconds": 0.005, "iso": 400,
      "focal_length_mm": 35.0}', 'LabCam Model ' || n % 5,
    CASE WHEN n % 3 = 0 THEN '{"latitude": 52.5, "longitude": 13.4, "altitude": null}'::json END,
    '1QcSHQRnh493V4dIh4eXh1h4kJUI', '#807060', n, 'main', 'uploaded/2020-01-01/' || n || '.jpg', 'ready',
    jsonb_build_object('small', jsonb_build_object('key', 'thumbnails/bench/' || n % 2000 || '.webp',
                       'mime', 'image/webp', 'width', 256, 'height', 192, 'size', 9000)),
    ('''img'':1B ''' || lpad(n::text, 7, '0') || ''':2B ''' || n || ''':3B ''jpg'':4B ''labcam'':14D'
     || CASE WHEN n % 7 = 0 THEN ' ''beach'':20A ''summer'':21A' WHEN n % 997 = 0 THEN ' ''rare'':20A' ELSE '' END
    )::tsvector,
    at, at
FROM (
    SELECT n, timestamptz '2012-01-01' + n * interval '378 seconds' AS at
    FROM generate_series($2::bigint, $3::bigint) AS n
)
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """What wrk measured."""

    per_second: float
    p50: float
    """Milliseconds."""
    errors: int
    web_cpu: float
    """Milliseconds of the web process for one request: what a noisy machine does not change much."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web_process(environ: dict[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """One web process and its address."""
    port = free_port()
    command = [sys.executable, "-m", "maquette", "web", "--port", str(port)]
    process = subprocess.Popen(command, env=environ)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/health/live", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def call(url: str, token: str | None = None, body: dict[str, Any] | None = None) -> Any:
    """A JSON answer."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data=json.dumps(body).encode() if body else None, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def wrk(url: str, token: str, process: psutil.Process) -> Rate:
    """Ask for `url` as fast as 16 clients can."""
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "--latency", "-H", f"Authorization: Bearer {token}", url]
    before = sum(process.cpu_times()[:2])
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = sum(process.cpu_times()[:2]) - before
    done = re.search(r"(\d+) requests in", output)
    assert done, output
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    found = re.search(r"50%\s+([\d.]+)(us|ms|s)\b", output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert found is not None, output
    assert rate is not None, output
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]
    return Rate(float(rate[1]), float(found[1]) * scale, int(errors[1]) if errors else 0, used / int(done[1]) * 1000)


async def seed(dsn: str, owner_id: str, rows: int) -> None:
    """Fill the library straight into the tables, and keep the counts that triggers would have kept."""
    connection = await asyncpg.connect(dsn)
    started = time.monotonic()
    await connection.execute("ALTER TABLE media DISABLE TRIGGER USER; SET synchronous_commit = off")
    for first in range(1, rows + 1, 50_000):
        await connection.execute(SEED, owner_id, first, min(rows, first + 49_999), timeout=600)
        print(f"\rseeding {min(rows, first + 49_999):,} of {rows:,}", end="", flush=True)
    await connection.execute("ALTER TABLE media ENABLE TRIGGER USER")
    await connection.execute(
        "INSERT INTO media_day_count SELECT owner_id, day, count(*) FROM media GROUP BY 1, 2", timeout=600
    )
    await connection.execute(
        "INSERT INTO media_library SELECT owner_id, 1, sum(size) FROM media GROUP BY 1", timeout=600
    )
    await connection.execute("VACUUM (ANALYZE) media", timeout=900)
    await connection.close()
    print(f" in {time.monotonic() - started:.0f} s")


async def raw_rate(dsn: str, statement: str, *arguments: Any) -> float:
    """The same SQL by asyncpg, 16 at once, nothing around it."""
    pool = await asyncpg.create_pool(dsn, min_size=CLIENTS, max_size=CLIENTS, server_settings={"jit": "off"})
    until, done = time.monotonic() + SECONDS / 2, 0

    async def ask() -> None:
        nonlocal done
        while time.monotonic() < until:
            await pool.fetch(statement, *arguments)
            done += 1

    started = time.monotonic()
    await asyncio.gather(*(ask() for _ in range(CLIENTS)))
    rate = done / (time.monotonic() - started)
    await pool.close()
    return rate


LIST_SQL = """SELECT row_to_json(document)::text, page.created_at, page.id FROM (
    SELECT * FROM media WHERE owner_id = $1 AND trashed_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 101) AS page
    JOIN LATERAL (SELECT page.id, page.owner_id, page.origin, page.filename, page.title, page.caption, page.tags,
    page.favourite, page.rating, page.visibility, page.mime_type, page.format, page.size, page.width, page.height,
    page.frames, page.checksum, page.taken_at, page.taken_at_offset, page.camera, page.place, page.thumbhash,
    page.dominant_colour, page.variants, page.failure, page.metadata, page.expires_at, page.trashed_at,
    page.created_at, page.updated_at, page.version) AS document ON TRUE"""


def measure(url: str, token: str, dsn: str, owner_id: str, process: psutil.Process) -> None:
    """Print the table."""
    api = f"{url}/api/v1/media"
    cursor = asyncio.run(find_last(dsn, owner_id))
    buckets = call(f"{api}/timeline", token)["buckets"]
    middle = buckets[len(buckets) // 2]
    newest = call(f"{api}?limit=1", token)["items"][0]
    pages = {
        HEALTH: f"{url}/health/live",
        "timeline buckets": f"{api}/timeline",
        "timeline page of 1,000": f"{api}/timeline/page?start={middle['start']}&end={middle['end']}",
        "list page of 100": f"{api}?limit=100",
        "its last page": f"{api}?limit=100&cursor={cursor}",
        "list of favourites": f"{api}?limit=100&favourite=true",
        "list by name": f"{api}?limit=100&sort=name",
        "tag of a seventh": f"{api}?limit=100&tag=beach",
        "tag of a thousandth": f"{api}?limit=100&tag=rare",
        "search, common word": f"{api}?limit=100&q=beach",
        "search, rare word": f"{api}?limit=100&q=rare",
        "search, one file": f"{api}?limit=100&q=IMG_0500000",
        "small variant": f"{api}/{newest['id']}/thumbnail?size=small&v={newest['version']}",
    }
    rates: dict[str, Rate] = {}
    print(f"\n{'':26}{'requests/s':>12}{'p50 ms':>10}{'web CPU ms':>12}{'target':>12}")
    for name, address in pages.items():
        rates[name] = wrk(address, token, process)
        rate = rates[name]
        wanted = TARGETS.get(name)
        target = "" if wanted is None else f"≤ {wanted:.0f} ms" if name == "timeline buckets" else f"≥ {wanted:,.0f}"
        faults = f"   {rate.errors} errors" if rate.errors else ""
        print(f"{name:26}{rate.per_second:12,.0f}{rate.p50:10.1f}{rate.web_cpu:12.2f}{target:>12}{faults}", flush=True)
    raw = asyncio.run(raw_rate(dsn, LIST_SQL, owner_id))
    print(f"{'list SQL by asyncpg alone':26}{raw:12,.0f}")
    first, last = rates["list page of 100"], rates["its last page"]
    print(f"\nlast page takes {first.per_second / last.per_second:.2f} × the first (target ≤ 1.5)")
    print(f"list is {first.per_second / raw:.2f} of its SQL alone")
    print(f"small variant is {rates['small variant'].per_second / rates[HEALTH].per_second:.2f} of health")


async def find_last(dsn: str, owner_id: str) -> str:
    """The cursor before the last hundred media."""
    connection = await asyncpg.connect(dsn)
    row = await connection.fetchrow(
        "SELECT created_at, id FROM media WHERE owner_id = $1 AND trashed_at IS NULL "
        "ORDER BY created_at, id OFFSET 100 LIMIT 1",
        owner_id,
    )
    await connection.close()
    assert row is not None
    return encode_cursor("newest", (row[0], UUID(str(row[1]))))


def write_thumbnails(data: Path) -> None:
    """Two thousand files of 9,000 bytes, as thumbnails of photographs have."""
    folder = data / "media" / "variants" / "thumbnails" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(2000):
        (folder / f"{number}.webp").write_bytes(os.urandom(9000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("This bench needs wrk: apt-get install wrk")
    data = arguments.data or Path(tempfile.mkdtemp(prefix="maquette-library-"))
    stack = EmbeddedStack(data)
    stack.start()
    try:
        asyncio.run(upgrade(stack.database_url))
        dsn = stack.database_url.replace("+asyncpg", "")
        environ = os.environ | {
            "MAQUETTE_DATABASE_URL": stack.database_url,
            "MAQUETTE_REDIS_URL": stack.redis_url,
            "MAQUETTE_DATA_DIR": str(data),
            "MAQUETTE_LOG_LEVEL": "WARNING",
            "MAQUETTE_DATABASE_POOL_SIZE": str(CLIENTS),
        }
        with web_process(environ) as (url, process):
            login = {"email": EMAIL, "password": PASSWORD}
            if call(f"{url}/api/v1/setup")["needs_setup"]:
                call(f"{url}/api/v1/setup", body={**login, "name": "Bench"})
            token = call(f"{url}/api/v1/auth/login", body=login)["access_token"]
            owner_id = call(f"{url}/api/v1/auth/me", token)["id"]
            if not call(f"{url}/api/v1/media?limit=1", token)["items"]:
                asyncio.run(seed(dsn, owner_id, arguments.rows))
                write_thumbnails(data)
            measure(url, token, dsn, owner_id, process)
            print(f"web process: PSS {process.memory_full_info().pss / 2**20:.0f} MiB; load {os.getloadavg()[0]:.1f}")
    finally:
        stack.stop()
        if arguments.data is None:
            shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
