"""The commands of `localaws`: an AWS on this machine, and the real Pulumi engine pointed at it."""

from __future__ import annotations

import os
import signal

import click

from console.commands import Commands
from console.errors import UserError
from console.ranges import FiniteRange
from localaws.environment import cleaned

LONGEST_SECONDS = 86_400.0  # a day; what takes longer is a mistake, and overflows some timers


@click.group(
    cls=Commands,
    install="image-builder-trail[local]",
    distributions=("image-builder-trail", "localaws"),
)
def app() -> None:
    """An AWS in memory, on this machine only: moto, plus Image Builder and a CloudTrail that delivers."""


@app.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=4566, show_default=True, help="0 picks a free one."
)
@click.option(
    "--delivery-seconds",
    type=FiniteRange(0.01, LONGEST_SECONDS),
    default=1.0,
    show_default=True,
    help="How often CloudTrail delivers.",
)
@click.option(
    "--latency-ms",
    type=FiniteRange(0, LONGEST_SECONDS * 1000),
    default=0.0,
    show_default=True,
    help="How long each request waits first.",
)
@click.option("--enforce-iam", is_flag=True, help="Authorise calls by IAM policies.")
@click.option(
    "--kms-tag-delay",
    type=FiniteRange(0, LONGEST_SECONDS),
    default=0.0,
    show_default=True,
    help="Seconds until a KMS key's tags count in policies.",
)
def serve(
    *,
    host: str,
    port: int,
    delivery_seconds: float,
    latency_ms: float,
    enforce_iam: bool,
    kms_tag_delay: float,
) -> int:
    """Serve the local AWS until SIGTERM; print `ready http://HOST:PORT` once it answers.

    Example: {command} --port 0 --delivery-seconds 0.1
    """
    # Until it serves there is nothing to wind up, and imports are no place for an exception.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    without_variables = cleaned(os.environ)
    for name in os.environ.keys() - without_variables.keys():
        del os.environ[name]  # moto reads some when it is imported
    from localaws.cloud import LocalCloud  # noqa: PLC0415 - a second of imports that `--help` need not wait for
    from localaws.frontdoor import FrontDoor  # noqa: PLC0415
    from localaws.server import Server, is_loopback, run  # noqa: PLC0415

    if not is_loopback(host):
        raise UserError(
            f"--host {host}: only loopback addresses are served, such as 127.0.0.1, ::1 or localhost"
        )
    cloud = LocalCloud(
        delivery_seconds=delivery_seconds, enforce_iam=enforce_iam, tag_delay_seconds=kms_tag_delay
    )
    try:
        server = Server(host, port, FrontDoor(cloud, latency_seconds=latency_ms / 1000))
    except OSError as error:
        raise UserError(
            f"--host {host} --port {port}: {error.strerror}; choose another port, or 0 for any free one"
        ) from error
    cloud.start()
    code = run(server)
    cloud.stop()
    return code


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "allow_interspersed_args": False,
    }
)
@click.option("--endpoint", help="A running local AWS; else one is started.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="ARGS...")
def pulumi(*, endpoint: str | None, arguments: tuple[str, ...]) -> int:
    """Run the real `pulumi ARGS…` against the local AWS.

    Example: {command} --endpoint http://127.0.0.1:4566 up --stack local --yes
    """
    from localaws.pulumi.cli import run  # noqa: PLC0415 - `serve` needs nothing of it

    return run(list(arguments), endpoint)
