"""Those who are told, on loopback: a mail server and an HTTP server that keep what they get."""

import ssl
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from tools.services.ports import LOOPBACK, free_port


@dataclass
class MailServer:
    """`refuses`: what it answers instead of taking a mail."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list[EmailMessage])
    refuses: str | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.refuses is not None:
            return self.refuses
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    @property
    def setting(self) -> str:
        return f"mailto://{LOOPBACK}:{self.port}?mode=insecure&from=wattline@example.org"


@contextmanager
def mail_server(port: int | None = None) -> Generator[MailServer]:
    own = MailServer(port or free_port())
    controller = Controller(own, hostname=LOOPBACK, port=own.port)
    controller.start()
    try:
        yield own
    finally:
        controller.stop()


@dataclass(frozen=True)
class Got:
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class HttpReceiver:
    """`answer`: status and headers for the next request."""

    url: str
    got: list[Got] = field(default_factory=list[Got])
    answer: Callable[[Got], tuple[int, dict[str, str]]] = lambda _: (200, {})


@contextmanager
def http_receiver(port: int = 0, tls: ssl.SSLContext | None = None) -> Generator[HttpReceiver]:
    """`tls`: what it shows who asks by https."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            got = Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            status, headers = own.answer(got)
            own.got.append(got)
            self.send_response(status)
            for name, value in {"Content-Length": "2", "Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- http.server's name
            pass

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    own = HttpReceiver(f"http://{LOOPBACK}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield own
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
