"""An S3 stand-in that answers each request after a fixed time, however many come at once.

python benchmarks/slow_s3.py FOLDER MILLISECONDS   prints its port and serves FOLDER as bucket `logs`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


def listing(keys: list[str], query: dict[str, list[str]]) -> bytes:
    """ListObjectsV2: keys and common prefixes below a prefix, a thousand at most."""
    prefix, delimiter = query.get("prefix", [""])[0], query.get("delimiter", [""])[0]
    after = query.get("continuation-token", [""])[0]
    names: dict[str, bool] = {}
    for key in keys:
        if key.startswith(prefix):
            rest, found, _ = (
                key[len(prefix) :].partition(delimiter) if delimiter else (key[len(prefix) :], "", "")
            )
            names[prefix + rest + found] = bool(found)
    chosen = [name for name in names if name > after]
    page = chosen[:1000]
    more = len(chosen) > len(page)
    body = "".join(
        f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
        if names[name]
        else f"<Contents><Key>{escape(name)}</Key><Size>1</Size></Contents>"
        for name in page
    )
    token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
    truncated = str(more).lower()
    return (
        '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<IsTruncated>{truncated}</IsTruncated>{token}{body}</ListBucketResult>"
    ).encode()


async def serve(bodies: dict[str, bytes], seconds: float) -> None:
    """Serve until killed."""
    keys = sorted(bodies)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            target = urlsplit(head.split(b" ", 2)[1].decode())
            await asyncio.sleep(seconds)
            key = unquote(target.path).removeprefix("/logs").removeprefix("/")
            body = bodies.get(key) if key else listing(keys, parse_qs(target.query))
            status = "404 Not Found" if body is None else "200 OK"
            body = body or b""
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    source = Path(sys.argv[1])
    objects = {path.relative_to(source).as_posix(): path.read_bytes() for path in source.rglob("*.gz")}
    asyncio.run(serve(objects, float(sys.argv[2]) / 1000))
