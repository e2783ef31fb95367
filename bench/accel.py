"""Small variants through nginx with X-Accel-Redirect, beside what nginx can do with the fastest possible answer.

    python bench/accel.py

The limit is the same nginx before a bare uvicorn that says `X-Accel-Redirect` to everybody: no authorisation, no
routes, nothing to look up. Needs nginx and wrk (apt-get install nginx-light wrk).
"""

import asyncio
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from corpus import draw_corpus
from library import EMAIL, PASSWORD, call, free_port, web_process, wrk
from upload import BOUNDARY, stamped

from maquette.migrations.upgrade import upgrade
from maquette.stack.embedded import EmbeddedStack

ROUNDS = 3
CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
user root;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxied;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {servers}
}}
"""
SERVER = """
  upstream {name} {{ server 127.0.0.1:{upstream}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://{name}; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    location /_media/ {{ internal; alias {media}/; }}
  }}
"""
BARE = """
import sys, uvicorn

async def app(scope, receive, send):
    headers = [(b"content-type", b"image/webp"), (b"content-length", b"0"), (b"x-accel-redirect", sys.argv[2].encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})

uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="error", lifespan="off", http="httptools")
"""


@contextmanager
def running(*command: str) -> Iterator[psutil.Process]:
    """A program until the end of the block."""
    process = subprocess.Popen(command)
    try:
        time.sleep(1)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def store_photograph(url: str, token: str) -> dict[str, object]:
    """The media of one photograph, its variants made."""
    body = b'--%b\r\nContent-Disposition: form-data; name="file"; filename="one.jpg"\r\n\r\n%b\r\n--%b--\r\n' % (
        BOUNDARY,
        stamped(draw_corpus(1)[0], 1),
        BOUNDARY,
    )
    kind = f"multipart/form-data; boundary={BOUNDARY.decode()}"
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
    connection.request("POST", "/api/v1/media", body, {"Authorization": f"Bearer {token}", "Content-Type": kind})
    media = json.load(connection.getresponse())
    connection.request("GET", f"/api/v1/media/{media['id']}/thumbnail", headers={"Authorization": f"Bearer {token}"})
    connection.getresponse().read()
    connection.close()
    return dict(call(f"{url}/api/v1/media/{media['id']}", token))


def answer_of(url: str, token: str, path: str) -> tuple[str, bytes]:
    """What the address says to nginx, and its bytes."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return str(answer.headers["X-Accel-Redirect"]), body


def measure(url: str, web: psutil.Process, data: Path, folder: Path) -> None:
    """Print the table."""
    login = {"email": EMAIL, "password": PASSWORD}
    call(f"{url}/api/v1/setup", body={**login, "name": "Bench"})
    token = call(f"{url}/api/v1/auth/login", body=login)["access_token"]
    media = store_photograph(url, token)
    path = f"/api/v1/media/{media['id']}/thumbnail?size=small&v={media['version']}"
    place, _ = answer_of(url, token, path)
    bare_port, ports = free_port(), {"bare": free_port(), "maquette": free_port()}
    upstreams = {"bare": bare_port, "maquette": urllib.parse.urlsplit(url).port}
    servers = "".join(
        SERVER.format(name=name, upstream=upstreams[name], port=port, media=data / "media")
        for name, port in ports.items()
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, servers=servers))
    with (
        running(sys.executable, "-c", BARE, str(bare_port), place) as bare,
        running("nginx", "-c", str(configuration), "-p", str(folder)),
    ):
        bodies = {answer_of(f"http://127.0.0.1:{port}", token, path)[1] for port in ports.values()}
        if len(bodies) != 1 or not next(iter(bodies)).startswith(b"RIFF"):
            raise SystemExit(f"nginx does not answer the variant: {sorted(body[:200] for body in bodies)}")
        rates: dict[str, list[float]] = {name: [] for name in ports}
        for _ in range(ROUNDS):
            for name, port in ports.items():
                rate = wrk(f"http://127.0.0.1:{port}{path}", token, bare if name == "bare" else web)
                if rate.errors:
                    raise SystemExit(f"{rate.errors} errors through {name}: see {folder}/error.log")
                rates[name].append(rate.per_second)
                print(f"{name:12}{rate.per_second:10,.0f} requests/s{rate.web_cpu:8.2f} ms CPU of its process each")
        health = wrk(f"http://127.0.0.1:{ports['maquette']}/health/live", token, web).per_second
    limit, found = statistics.median(rates["bare"]), statistics.median(rates["maquette"])
    print(f"\nmedians: nginx and a bare uvicorn {limit:,.0f}/s, nginx and Maquette {found:,.0f}/s")
    print(f"nginx and Maquette's /health/live: {health:,.0f}/s")
    print(f"Maquette is {found / limit:.2f} of the bare uvicorn (target ≥ 0.8), {found / health:.2f} of its own health")
    print(f"load of the machine {os.getloadavg()[0]:.1f}")


def main() -> None:
    for tool in ("nginx", "wrk"):
        if shutil.which(tool) is None:
            raise SystemExit(f"This bench needs {tool}: apt-get install nginx-light wrk")
    folder = Path(tempfile.mkdtemp(prefix="maquette-accel-"))
    stack = EmbeddedStack(folder / "data")
    stack.start()
    try:
        asyncio.run(upgrade(stack.database_url))
        environ = os.environ | {
            "MAQUETTE_DATABASE_URL": stack.database_url,
            "MAQUETTE_REDIS_URL": stack.redis_url,
            "MAQUETTE_DATA_DIR": str(folder / "data"),
            "MAQUETTE_LOG_LEVEL": "WARNING",
            "MAQUETTE_ACCEL_REDIRECT": "/_media/",
        }
        with web_process(environ) as (url, web):
            measure(url, web, folder / "data", folder)
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
