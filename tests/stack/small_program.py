"""Stands for `python -m maquette`: real processes that use the servers, without the weight of the whole program.

The web process answers with its pid; the file `moods` in the data folder makes processes misbehave.
"""

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path


def main(role: str) -> None:
    data = Path(os.environ["MAQUETTE_DATA_DIR"])
    moods = json.loads((data / "moods").read_text()) if (data / "moods").exists() else {}
    mood = moods.get(role, "")
    if mood.startswith("exit"):
        sys.exit(int(mood.split()[1]))
    if mood == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    seen = {name: value for name, value in os.environ.items() if name.startswith("MAQUETTE_")}
    (data / f"environment-{role}").write_text(json.dumps(seen))
    if role == "web":
        answer(socket.socket(fileno=int(os.environ["MAQUETTE_LISTEN_FD"])))
    while True:
        time.sleep(60)


def answer(listener: socket.socket) -> None:
    body = json.dumps({"pid": os.getpid()}).encode()
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode() + body)


if __name__ == "__main__":
    main(sys.argv[1])
