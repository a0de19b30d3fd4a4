"""The real service as a child process, and a person with a browser's patience talking to it."""

import json
import queue
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Self

import httpx

ROOT = Path(__file__).parents[2]

PLAIN = httpx.Client(verify=False, trust_env=False, limits=httpx.Limits(max_connections=None))
"""One for all: a client of one's own for each try would read certificates each time, and a busy machine start nothing."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    """`tingwen run` in a folder. `kill` is kill -9."""

    def __init__(self, folder: Path, config: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        (folder / "config.toml").write_text(
            f'[web]\nlisten = "127.0.0.1:{self.port}"\n{config}', encoding="utf-8"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [*self.program(), "run", "--config", str(self.folder / "config.toml")],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self.listening()

    def program(self) -> list[str]:
        return [sys.executable, "-m", "bot"]

    def listening(self, path: str = "/chat") -> Self:
        """Once it answers there: within as long as a busy machine needs."""
        assert self._process is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                PLAIN.get(f"{self.url}{path}", timeout=2)
            except httpx.HTTPError:
                assert self._process.poll() is None, (self.folder / "log.txt").read_text()
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("the service did not start")

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=15)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def files(self) -> dict[str, bytes]:
        """Every file the service has made, by its path."""
        return {
            str(file.relative_to(self.folder)): file.read_bytes()
            for file in self.folder.rglob("*")
            if file.is_file() and file.name != "config.toml"
        }


class Browser:
    """One person's page: repeats what was not confirmed, shows and confirms what comes, reconnects by itself."""

    def __init__(self, service: Service, token: str = "") -> None:
        self.service = service
        self.token = token or secrets.token_urlsafe(24)
        self.shown: list[dict[str, Any]] = []
        self._arrived: queue.Queue[dict[str, Any]] = queue.Queue()
        self._seen: set[str] = set()
        self._closed = False
        threading.Thread(target=self._listen, daemon=True).start()

    def post(self, body: dict[str, Any], *, key: str = "", patience: float = 90) -> str:
        """Send until it is confirmed; the key it was sent under."""
        named = {
            "key": key or secrets.token_urlsafe(12),
            "message": secrets.token_urlsafe(12),
            **body,
        }
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                answer = PLAIN.post(
                    f"{self.service.url}/chat",
                    json=named,
                    headers={"chat-token": self.token},
                    timeout=5,
                )
            except httpx.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status_code == 204:
                return named["key"]
            assert answer.status_code == 503, answer.text
            time.sleep(0.1)
        raise AssertionError("never confirmed")

    def types(self, text: str, **how: Any) -> str:
        return self.post({"text": text}, **how)

    def waits_for(self, *parts: str, patience: float = 90) -> str:
        """The text of the next message that holds all of these."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                message = self._arrived.get(timeout=0.2)
            except queue.Empty:
                continue
            if all(part in message["text"] for part in parts):
                return message["text"]
        raise AssertionError(
            f"no message with {parts}; seen {[m['text'] for m in self.shown][-3:]}"
        )

    def close(self) -> None:
        self._closed = True

    def _listen(self) -> None:
        headers = {"chat-token": self.token}
        while not self._closed:
            try:
                with PLAIN.stream(
                    "GET", f"{self.service.url}/chat/events", headers=headers, timeout=30
                ) as stream:
                    for line in stream.iter_lines():
                        if line.startswith("data: "):
                            self._show(json.loads(line[6:]))
            except httpx.HTTPError:
                time.sleep(0.2)

    def _show(self, message: dict[str, Any]) -> None:
        if message["id"] not in self._seen:
            self._seen.add(message["id"])
            self.shown.append(message)
            self._arrived.put(message)
        PLAIN.post(
            f"{self.service.url}/chat/seen",
            json={"id": message["id"]},
            headers={"chat-token": self.token},
            timeout=5,
        )
