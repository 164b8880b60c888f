"""Provider and language host on loopback ports, for as long as an engine runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
import pulumi.runtime  # noqa: F401 - the protocol's modules need it imported first
from pulumi.runtime.proto import language_pb2_grpc, provider_pb2_grpc

from localaws.pulumi.language_host import LanguageHost
from localaws.pulumi.provider import Provider

_NO_LIMIT = -1  # states and policies may be larger than gRPC's 4 MB
_WORKERS = 128  # the engine runs this many operations at once, and no more, four for each core by default


@contextmanager
def attached(endpoint: str, root: Path, *, program: bool = False) -> Iterator[Mapping[str, str]]:
    """Serve provider and language host; yield the environment variables by which an engine attaches.

    `root` is the project's folder, as programs see it: the engine itself works in another one.
    With `program`, the process that will run the program is started now, while the engine starts too.
    """
    language_host = LanguageHost(root)
    if program:
        language_host.make_ready()
    server = grpc.server(
        ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="provider"),
        options=[("grpc.max_receive_message_length", _NO_LIMIT), ("grpc.max_send_message_length", _NO_LIMIT)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(endpoint), server)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(language_host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield {"PULUMI_DEBUG_PROVIDERS": f"aws:{port}", "PULUMI_DEBUG_LANGUAGES": f"python:{port}"}
    finally:
        language_host.stop()
        server.stop(grace=None).wait()
