"""The Python language host that the Pulumi CLI brings, for what only it can do: writing SDKs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2_grpc

from localaws.pulumi import engine


@contextmanager
def installed_host(engine_address: str, context: grpc.ServicerContext) -> Iterator[Any]:
    """Run the CLI's host for one call of the engine's, and yield a client of it.

    Where there is none, or the call fails, the engine's call (of `context`) ends with the reason.
    """
    command = engine.language_host("python")
    if command is None:
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            "SDKs are written by pulumi-language-python, which is neither on PATH nor beside the engine:"
            " install the Pulumi CLI",
        )
        raise AssertionError  # `abort` has raised
    with subprocess.Popen([command, engine_address], stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield language_pb2_grpc.LanguageRuntimeStub(channel)
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())
        finally:
            process.terminate()
