"""The Python language host that the engine attaches to: runs a program, and tells the engine what it prints.

https://pulumi-developer-docs.readthedocs.io/latest/docs/_generated/proto/language.html
"""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import grpc
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, language_pb2_grpc, plugin_pb2

from localaws.pulumi.installed_host import installed_host
from localaws.pulumi.program import ALREADY_SAID

_PROGRAM = Path(__file__).with_name("program.py")


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs programs with this very Python; needs no plugin, as providers are attached."""

    def __init__(self, root: Path) -> None:
        """Run the programs of the project in the folder `root`."""
        self._root = root
        self._engine_address = ""
        self._running: set[subprocess.Popen[Any]] = set()
        self._ready: list[subprocess.Popen[str]] = []

    def make_ready(self) -> None:
        """Start the process of the next program; it reads its libraries until it is told what to run."""
        self._ready.append(self._started())

    def Handshake(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Learn where the engine listens."""
        self._engine_address = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Answer with the SDK's version."""
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi"))

    def GetRequiredPackages(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """None: the provider is attached already."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """None: the provider is attached already."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetProgramDependencies(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Not listed; `pulumi about` shows none."""
        return language_pb2.GetProgramDependenciesResponse()

    def About(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Say which Python runs the program."""
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def RuntimeOptionsPrompts(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """There is nothing to ask."""
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(self, _request: Any, _context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        """Nothing to install: the program runs in this environment."""
        return iter(())

    def GeneratePackage(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Have the SDK of a package written by the Python host that the Pulumi CLI brings."""
        with installed_host(self._engine_address, context) as host:
            return host.GeneratePackage(request)

    def Link(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Have a written SDK made a requirement of the program, likewise."""
        with installed_host(self._engine_address, context) as host:
            return host.Link(request)

    def Cancel(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Stop the programs that run: their engine is being cancelled."""
        for process in self._running - set(self._ready):
            process.terminate()
        return empty_pb2.Empty()

    def Run(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Run the program until it ends; `bail` says that it has told the engine what was wrong."""
        process = self._ready.pop() if self._ready else self._started()
        with process, grpc.insecure_channel(self._engine_address) as channel:
            engine = engine_pb2_grpc.EngineStub(channel)
            if process.stdin is not None:
                json.dump(self._settings(request), process.stdin)
                process.stdin.close()
            severities = ((process.stdout, engine_pb2.INFO), (process.stderr, engine_pb2.ERROR))
            tellers = [threading.Thread(target=_tell, args=(engine, *told)) for told in severities]
            for teller in tellers:
                teller.start()
            for teller in tellers:
                teller.join()
            code = process.wait()
        self._running.discard(process)
        if code == ALREADY_SAID:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program ended with exit code {code}" if code else "")

    def RunPlugin(self, request: Any, _context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        """Run a policy pack or a provider written in Python, for engines that ask the language host to."""
        folder = request.info.program_directory or request.program
        command = [sys.executable, "-u", folder, *request.args]
        if request.kind == "analyzer":
            command = [sys.executable, "-u", "-m", "pulumi.policy", *request.args, folder]
        process = subprocess.Popen(
            command,
            cwd=request.pwd or folder,
            env=dict(entry.split("=", 1) for entry in request.env) or None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            process_group=0,
        )
        self._running.add(process)
        with process:
            for line in process.stdout or ():  # the first one is the port that the engine waits for
                yield language_pb2.RunPluginResponse(stdout=line)
        self._running.discard(process)
        yield language_pb2.RunPluginResponse(exitcode=process.returncode)

    def stop(self) -> None:
        """End every program that still runs, or waits to."""
        for process in list(self._running):
            process.terminate()

    def _started(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-P", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,  # an interrupt at the terminal is the engine's to handle
        )
        self._running.add(process)
        return process

    def _settings(self, request: Any) -> dict[str, Any]:
        info = request.info
        return {
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization or "organization",
            "monitor": request.monitor_address,
            "engine": self._engine_address or request.args[0],
            "parallel": request.parallel,
            "dry_run": request.dryRun,
            "config": dict(request.config),
            "secret_keys": list(request.configSecretKeys),
            "working_directory": request.pwd or info.program_directory,
            "root_directory": str(self._root),
            "program_directory": info.program_directory,
            "entry_point": info.entry_point or ".",
        }


def _tell(engine: Any, lines: IO[str], severity: Any) -> None:
    """Hand what the program prints to the engine, line by line; its own display would be overwritten."""
    for line in lines:
        try:
            engine.Log(engine_pb2.LogRequest(severity=severity, message=line.rstrip("\n"), streamId=1))
        except grpc.RpcError:
            return  # the engine is gone; the program will notice by itself
