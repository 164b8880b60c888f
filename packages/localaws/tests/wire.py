"""Requests as bytes on a connection, for what no HTTP client would send."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit


def connect(endpoint: str) -> socket.socket:
    """Open a connection on which nothing is waited for longer than 20 seconds."""
    parts = urlsplit(endpoint)
    return socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=20)


def request(*head: str, body: bytes = b"", host: str = "localhost") -> bytes:
    """A request: its first line and headers, without Host, which is added."""
    first, *headers = head
    return "\r\n".join([first, f"Host: {host}", *headers, "", ""]).encode("latin-1") + body


def until_closed(connection: socket.socket) -> bytes:
    """All that the server says until it closes the connection."""
    said = b""
    try:
        while part := connection.recv(65_536):
            said += part
    except ConnectionResetError:
        pass
    return said


def exchange(endpoint: str, sent: bytes, *, end: bool = False) -> bytes:
    """Send bytes, end our half of the connection if wished, and return all that comes back."""
    with connect(endpoint) as connection:
        connection.sendall(sent)
        if end:
            connection.shutdown(socket.SHUT_WR)
        return until_closed(connection)


def statuses(said: bytes) -> list[int]:
    """The status of each response."""
    return [int(found) for found in re.findall(rb"HTTP/1\.[01] (\d{3}) ", said)]
