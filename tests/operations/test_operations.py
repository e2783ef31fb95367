"""Health, metrics and doctor, as whoever operates an installation sees them."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest
from tests.conftest import Servers, client_of
from tests.factories.users import make_person

from maquette.accounts.actor import Role
from maquette.kit.metrics_folder import metrics_environment
from maquette.operations.checks import CHECKS
from maquette.operations.doctor import LOOKS, Finding, Verdict, diagnose
from maquette.operations.settings import OperationsSettings
from maquette.platform.database.settings import DatabaseSettings
from maquette.platform.jobs.presence import KEY, say_alive, say_waiting
from maquette.platform.runtime import Platform, running
from maquette.platform.settings.general import GeneralSettings
from maquette.platform.settings.loader import Settings
from maquette.platform.storage.settings import StorageSettings
from maquette.platform.valkey import ValkeySettings
from maquette.slices import SLICES

NOWHERE = DatabaseSettings(database_url="postgresql://nobody@127.0.0.1:1/nothing")
NO_VALKEY = ValkeySettings(redis_url="redis://127.0.0.1:1/0")


async def test_a_process_that_answers_is_alive(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_it_is_ready_when_the_database_answers(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/ready")).status_code == 200


async def test_health_names_every_part_with_state_and_latency(client: httpx.AsyncClient, platform: Platform) -> None:
    await say_alive(platform.valkey)
    answer = await client.get("/health")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body["components"]) == {"database", "cache", "storage", "broker", "workers", "disk"} == set(CHECKS)
    assert {each["state"] for each in body["components"].values()} == {"ok"}
    assert body["status"] == "ok"
    assert all(each["latency_ms"] >= 0 for each in body["components"].values())


async def test_no_worker_is_degraded_and_says_what_it_means(client: httpx.AsyncClient, platform: Platform) -> None:
    await platform.valkey.delete(KEY)
    body = (await client.get("/health")).json()
    assert body["status"] == "degraded"
    assert body["components"]["workers"]["state"] == "down"
    assert "maquette worker" in body["components"]["workers"]["message"]


async def test_a_worker_that_was_silent_for_long_is_not_alive(client: httpx.AsyncClient, platform: Platform) -> None:
    await platform.valkey.zadd(KEY, {"host:1": 1.0})
    assert (await client.get("/health")).json()["components"]["workers"]["state"] == "down"


async def test_a_store_that_takes_nothing_is_down_and_named(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a file where a folder must be")
    settings = platform.settings.replaced(StorageSettings(storage_variants_url=f"fs://{tmp_path}/file"))
    async with running(settings, SLICES, database=platform.database) as broken, client_of(broken) as client:
        assert (await client.get("/health/ready")).status_code == 200
        answer = await client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    storage = answer.json()["components"]["storage"]
    assert (storage["state"], storage["message"]) == (
        "down",
        "The store 'variants' takes no files. The log says more.",
    )
    assert str(tmp_path) not in answer.text


async def test_a_worker_that_waits_says_for_what(client: httpx.AsyncClient, platform: Platform) -> None:
    await platform.valkey.delete(KEY)
    await say_waiting(platform.valkey, "the store 'variants' takes no files")
    workers = (await client.get("/health")).json()["components"]["workers"]
    assert workers["state"] == "down"
    assert "waits, because the store 'variants' takes no files" in workers["message"]
    await say_alive(platform.valkey)
    assert (await client.get("/health")).json()["components"]["workers"]["state"] == "ok"


async def test_a_disk_that_is_nearly_full_is_degraded(platform: Platform) -> None:
    settings = platform.settings.replaced(OperationsSettings(disk_warning_bytes=2**62))
    async with running(settings, SLICES, database=platform.database) as tight, client_of(tight) as client:
        body = (await client.get("/health")).json()
    assert body["components"]["disk"]["state"] == "degraded"
    assert "MiB are free" in body["components"]["disk"]["message"]


async def test_without_a_database_it_lives_and_is_not_ready(settings: Settings) -> None:
    async with running(settings.replaced(NOWHERE), SLICES) as broken, client_of(broken) as client:
        assert (await client.get("/health/live")).status_code == 200
        ready = await client.get("/health/ready")
        health = await client.get("/health")
        metrics = await client.get("/metrics")
    assert (ready.status_code, ready.json()["error"]["code"]) == (503, "not_ready")
    assert "retry-after" in ready.headers
    assert (health.status_code, health.json()["status"]) == (503, "down")
    assert health.json()["components"]["database"]["state"] == "down"
    assert health.json()["components"]["storage"]["state"] == "ok"
    assert "127.0.0.1" not in health.text
    assert "maquette_database_up 0.0" in metrics.text


async def test_without_valkey_it_is_ready_and_degraded(settings: Settings, platform: Platform) -> None:
    settings = settings.replaced(NO_VALKEY)
    async with running(settings, SLICES, database=platform.database) as lonely, client_of(lonely) as client:
        assert (await client.get("/health/ready")).status_code == 200
        health = await client.get("/health")
    assert (health.status_code, health.json()["status"]) == (200, "degraded")
    down = {name for name, each in health.json()["components"].items() if each["state"] == "down"}
    assert down == {"cache", "broker", "workers"}


async def test_prometheus_reads_requests_disks_and_connections(client: httpx.AsyncClient) -> None:
    await client.get("/health/live")
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'maquette_requests_total{method="GET",route="/health/live",status="200"}' in answer.text
    assert 'maquette_disk_free_bytes{name="main"}' in answer.text
    assert "maquette_database_up 1.0" in answer.text
    assert 'maquette_database_connections{state="active"}' in answer.text


async def test_figures_of_the_moment_are_told_once_though_processes_count_together(tmp_path: Path) -> None:
    code = (
        "from prometheus_client.metrics_core import GaugeMetricFamily\n"
        "from maquette.platform.observability.metrics import metrics_text\n"
        "figure = GaugeMetricFamily('maquette_figure', 'A figure.', labels=['name'])\n"
        "figure.add_metric(['main'], 7)\n"
        "print(metrics_text([figure]).decode())"
    )
    environment = {**os.environ, **metrics_environment(tmp_path / "metrics")}
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, env=environment, stdout=asyncio.subprocess.PIPE
    )
    written, _ = await done.communicate()
    assert [line for line in written.decode().splitlines() if line.startswith("maquette_figure")] == [
        'maquette_figure{name="main"} 7.0'
    ]


async def test_metrics_are_for_prometheus_and_administrators(platform: Platform) -> None:
    settings = platform.settings.replaced(OperationsSettings(metrics_allow=["192.0.2.0/24"]))
    async with running(settings, SLICES, database=platform.database) as strict, client_of(strict) as client:
        member = await make_person(strict)
        administrator = await make_person(strict, Role.ADMINISTRATOR)
        assert (await client.get("/metrics")).status_code == 401
        assert (await client.get("/metrics", headers=member.headers)).status_code == 403
        assert (await client.get("/metrics", headers=administrator.headers)).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/database/health", "/api/v1/admin/cache/stats"])
async def test_the_inside_is_for_administrators(client: httpx.AsyncClient, platform: Platform, path: str) -> None:
    member = await make_person(platform)
    assert (await client.get(path)).status_code == 401
    answer = await client.get(path, headers=member.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "administrator_needed")


async def test_an_administrator_sees_the_database(client: httpx.AsyncClient, platform: Platform) -> None:
    administrator = await make_person(platform, Role.ADMINISTRATOR)
    body = (await client.get("/api/v1/database/health", headers=administrator.headers)).json()
    assert body["state"] == "ok"
    assert body["revision"] == body["newest_revision"]
    assert int(body["version"].split(".")[0]) >= 15
    assert body["size_bytes"] > 0
    assert 1 <= body["connections"] <= body["max_connections"]


async def test_an_administrator_sees_how_the_cache_does(client: httpx.AsyncClient, platform: Platform) -> None:
    async def make() -> bytes:
        return b"x"

    for _ in range(4):
        await platform.cache.fetch("media", "1", make, seconds=60)
    administrator = await make_person(platform, Role.ADMINISTRATOR)
    body = (await client.get("/api/v1/admin/cache/stats", headers=administrator.headers)).json()
    assert body["is_available"] is True
    assert body["used_bytes"] > 0
    media = next(each for each in body["items"] if each["namespace"] == "media")
    assert media == {"namespace": "media", "hits": 3, "misses": 1, "bypasses": 0, "hit_rate": 0.75}


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {each.name: each for each in findings}


async def test_a_healthy_installation_has_nothing_to_do_but_what_is_missing(
    settings: Settings, platform: Platform
) -> None:
    await say_alive(platform.valkey)
    findings = by_name(await diagnose(settings))
    assert set(findings) == set(LOOKS)
    assert {name for name, each in findings.items() if each.state is not Verdict.OK} <= {"page", "sockets"}
    assert all(each.advice for each in findings.values() if each.state is not Verdict.OK)


async def test_each_fault_is_found_and_says_what_to_do(settings: Settings, tmp_path: Path) -> None:
    data_dir = tmp_path / "faulty"
    data_dir.mkdir()
    key = data_dir / "secret-key"
    key.write_bytes(b"x" * 40)
    key.chmod(0o644)
    broken = settings.replaced(
        NOWHERE,
        NO_VALKEY,
        GeneralSettings(data_dir=data_dir),
        StorageSettings(
            storage_url="s3://bucket?endpoint=http://127.0.0.1:1&access_key_id=a&secret_access_key=b",
            storage_timeout=1,
            storage_retries=0,
        ),
    )
    findings = by_name(await diagnose(broken))
    failed = {name for name, each in findings.items() if each.state is Verdict.FAIL}
    assert failed == {"secret key", "database", "clock", "valkey", "storage", "workers"}
    assert "chmod 600" in findings["secret key"].advice
    assert "MAQUETTE_DATABASE_URL" in findings["database"].advice
    assert "MAQUETTE_STORAGE_URL" in findings["storage"].advice


async def test_a_data_folder_that_is_a_file_is_found(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    findings = by_name(await diagnose(settings.replaced(GeneralSettings(data_dir=tmp_path / "file"))))
    assert findings["data folder"].state is Verdict.FAIL


async def test_an_installation_that_is_not_running_is_told_to_start(tmp_path: Path, settings: Settings) -> None:
    stopped = settings.replaced(DatabaseSettings(), ValkeySettings(), GeneralSettings(data_dir=tmp_path / "new"))
    findings = by_name(await diagnose(stopped))
    for name in ("database", "valkey", "workers"):
        assert (findings[name].state, "maquette serve" in findings[name].advice) == (Verdict.WARN, True)
    assert findings["storage"].state is Verdict.OK


async def test_a_database_without_our_tables_is_told_to_migrate(settings: Settings, servers: Servers) -> None:
    empty = settings.replaced(DatabaseSettings(database_url=servers.database("postgres")))
    finding = by_name(await diagnose(empty))["database"]
    assert finding.state is Verdict.FAIL
    assert "maquette migrate" in finding.advice
