"""`python -m localaws`: an AWS on this machine, and the real Pulumi engine pointed at it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

app = typer.Typer(
    name="localaws",
    help="An AWS in memory, on this machine only: moto, plus Image Builder and a CloudTrail that delivers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="A loopback address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 picks a free one.", min=0, max=65_535)] = 4566,
    delivery_seconds: Annotated[float, typer.Option(help="How often CloudTrail delivers.", min=0.01)] = 1.0,
    latency_ms: Annotated[float, typer.Option(help="How long each request waits first.", min=0)] = 0.0,
    enforce_iam: Annotated[
        bool, typer.Option("--enforce-iam", help="Authorise calls by IAM policies.")
    ] = False,
    kms_tag_delay: Annotated[
        float, typer.Option(help="Seconds until a KMS key's tags count in policies.", min=0)
    ] = 0.0,
) -> None:
    """Serve the local AWS until SIGTERM; print `ready http://HOST:PORT` once it answers.

    Example: python -m localaws serve --port 0 --delivery-seconds 0.1
    """
    from localaws.cloud import LocalCloud  # noqa: PLC0415 - a second of imports that `--help` need not wait for
    from localaws.frontdoor import FrontDoor  # noqa: PLC0415
    from localaws.server import Server, is_loopback, run  # noqa: PLC0415

    if not is_loopback(host):
        _refuse(f"--host {host}: only loopback addresses are served, such as 127.0.0.1, ::1 or localhost")
    cloud = LocalCloud(
        delivery_seconds=delivery_seconds, enforce_iam=enforce_iam, tag_delay_seconds=kms_tag_delay
    )
    try:
        server = Server(host, port, FrontDoor(cloud, latency_seconds=latency_ms / 1000))
    except OSError as error:
        _refuse(f"--host {host} --port {port}: {error.strerror}; choose another port, or 0 for any free one")
    cloud.start()
    code = run(server)
    cloud.stop()
    raise typer.Exit(code)


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "allow_interspersed_args": False,
    }
)
def pulumi(
    context: typer.Context,
    endpoint: Annotated[str | None, typer.Option(help="A running local AWS; else one is started.")] = None,
) -> None:
    """Run the real `pulumi ARGS…` against the local AWS.

    Example: python -m localaws pulumi --endpoint http://127.0.0.1:4566 up --stack local --yes
    """
    from localaws.pulumi.cli import run  # noqa: PLC0415 - `serve` needs nothing of it

    raise typer.Exit(run(context.args, endpoint))


def _refuse(message: str) -> None:
    sys.stderr.write(f"localaws serve: {message}\n")
    raise typer.Exit(2)


if __name__ == "__main__":
    app()
