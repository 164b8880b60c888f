"""Requests read from a connection: waitress's parser, and what it leaves open closed.

A request is whole before anybody acts on it, or it is refused and its connection closed, so that nothing of
it can be read as another request. https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length
"""

from __future__ import annotations

from collections import Counter

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest

# More than one of these, and two readers may each believe another.
_ONCE = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-md5",
        b"content-type",
        b"host",
        b"origin",
        b"transfer-encoding",
        b"x-amz-content-sha256",
        b"x-amz-copy-source",
        b"x-amz-decoded-content-length",
        b"x-amz-security-token",
        b"x-amz-target",
        b"x-moto-account-id",
    }
)
_METADATA = b"x-amz-meta-"
MAX_CHUNK_LINE_BYTES = 4096
MAX_TRAILER_BYTES = 16_384


class Parser(HTTPRequestParser):  # type: ignore[misc] # waitress has no types
    """Reads one request."""

    completed: bool

    def received(self, data: bytes) -> int:
        """Take bytes of the connection and return how many were the request's."""
        consumed: int = super().received(data)
        receiver = self.body_rcv
        if self.chunked and receiver is not None and not self.completed:
            too_long = len(receiver.control_line) > MAX_CHUNK_LINE_BYTES
            if too_long or len(receiver.trailer) > MAX_TRAILER_BYTES:
                self.error = BadRequest("a chunk's size or the trailer is too long")
                self.completed = True
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Read the request line and the headers.

        Raises:
            ParsingError: they are ambiguous or malformed.

        """
        fields = _fields(header_plus)
        super().parse_header(header_plus)
        names = {name for name, _ in fields}
        if self.version not in {"1.0", "1.1"}:
            raise ParsingError("only HTTP/1.0 and HTTP/1.1 are spoken here")
        if self.version == "1.1" and b"host" not in names:
            raise ParsingError("the Host header is missing")
        if b"transfer-encoding" in names and (b"content-length" in names or self.version == "1.0"):
            raise ParsingError("Transfer-Encoding stands alone, and in HTTP/1.1 only")
        if self.headers.get("EXPECT", "100-continue").lower() != "100-continue":
            raise ParsingError("nothing but 100-continue can be expected")
        if not self.chunked and not self.content_length:
            # Waitress would wait for a body that never comes.
            self.expect_continue = False
        self._set_target()
        self._keep_metadata(fields)

    def _set_target(self) -> None:
        """Take the target apart: as it was sent, and the host of one in absolute form, which counts."""
        if self.proxy_netloc:
            self.headers["HOST"] = self.proxy_netloc
        target = self.request_uri
        if self.proxy_scheme:
            target = target.split("://", 1)[-1].partition("/")
            target = "/" + target[2]
        if "#" in target or not (target.startswith("/") or (target, self.command) == ("*", "OPTIONS")):
            raise ParsingError("the target is neither a path nor an http URL")
        self.raw_target = target

    def _keep_metadata(self, fields: list[tuple[bytes, bytes]]) -> None:
        """Keep metadata of objects whose names have underscores; other headers with one are dropped."""
        self.metadata_names: dict[str, str] = {}
        for name, value in fields:
            key = name.upper().replace(b"-", b"_").decode("latin-1")
            if b"_" in name and name.startswith(_METADATA) and key not in self.headers:
                self.metadata_names[f"HTTP_{key}"] = name.decode("latin-1")
                self.headers[key] = value.decode("latin-1")


def _fields(header_plus: bytes) -> list[tuple[bytes, bytes]]:
    """The header fields with their names in lower case.

    Raises:
        ParsingError: one is folded, or stands twice though it may not.

    """
    lines = header_plus.split(b"\r\n")[1:]
    if any(line[:1] in {b" ", b"\t"} for line in lines):
        raise ParsingError("a header is folded over several lines")
    parted = (line.partition(b":") for line in lines if line)
    fields = [(name.lower(), value.strip(b" \t")) for name, _, value in parted]
    counted = Counter(name for name, _ in fields)
    for name in _ONCE & counted.keys():
        if counted[name] > 1:
            raise ParsingError(f"{name.decode()} stands more than once")
    return fields
