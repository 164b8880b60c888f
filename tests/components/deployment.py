"""Runs a component without an engine, on mocks that know this project's resources and calls and no other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc
from pulumi.runtime.settings import ROOT

from components.audit_trail import OUTPUTS, AuditTrail
from localaws.pulumi.resources import RESOURCE_TYPES

ACCOUNT = "123456789012"
KEY_ID = "11111111-2222-3333-4444-555555555555"
DEPLOYER = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/session"
PARTITIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}

_NAMED_BY_BUCKET = {
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketLogging:BucketLogging",
}


class StrictMocks(mocks.Mocks):
    """An AWS of one Region and account that refuses what it does not know."""

    def __init__(
        self,
        partition: str,
        region: str,
        caller: str = DEPLOYER,
        absent: Collection[str] = (),
        denied: Collection[str] = (),
    ) -> None:
        """Answer to `caller`, whoever it is.

        The roles and policies of `absent` do not exist; those of `denied` may not be looked up.
        """
        self.partition, self.region, self.caller = partition, region, caller
        self.absent, self.denied = absent, denied

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Return id and properties of a new resource."""
        if args.typ.startswith("image-builder-trail:index:"):
            return "", dict(args.inputs)
        if args.typ in _NAMED_BY_BUCKET:
            return args.inputs["bucket"], dict(args.inputs)
        return self._identified(args.typ, args.inputs)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Return the answer of an invoke."""
        answers = {
            "aws:index/getPartition:getPartition": {"partition": self.partition},
            "aws:index/getRegion:getRegion": {"region": self.region},
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT, "arn": self.caller},
            "aws:iam/getRole:getRole": {},
            "aws:iam/getUser:getUser": {},
            "aws:iam/getPolicy:getPolicy": {"policy": "{}"},
        }
        if args.token not in answers:
            raise AssertionError(f"unknown call {args.token}")
        if args.args.get("name") in self.denied:
            return {}, [("name", f"reading IAM {args.args}: AccessDenied")]
        if args.args.get("name") in self.absent or args.args.get("arn") in self.absent:
            return {}, [("name", f"reading IAM {args.args}: couldn't find resource")]
        return answers[args.token], []

    def _identified(self, typ: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        name = inputs.get("name", "")
        home = f"{self.region}:{ACCOUNT}"
        arns = {
            "aws:s3/bucket:Bucket": f"arn:{self.partition}:s3:::{inputs.get('bucket')}",
            "aws:kms/key:Key": f"arn:{self.partition}:kms:{home}:key/{KEY_ID}",
            "aws:kms/alias:Alias": f"arn:{self.partition}:kms:{home}:{name}",
            "aws:cloudtrail/trail:Trail": f"arn:{self.partition}:cloudtrail:{home}:trail/{name}",
            "aws:iam/role:Role": f"arn:{self.partition}:iam::{ACCOUNT}:role/{name}",
        }
        if typ not in RESOURCE_TYPES:
            raise AssertionError(f"unknown resource type {typ}")
        kind = typ.split(":")[1].replace("/", ":")
        arn = arns.get(typ, f"arn:{self.partition}:{kind}:{home}:{name}")
        return name or inputs.get("bucket") or KEY_ID, {**inputs, "arn": arn, "keyId": KEY_ID}


@dataclass(frozen=True)
class Registered:
    """One resource as registered: what the engine was asked for."""

    type: str
    name: str
    parent: str
    protect: bool
    dependencies: frozenset[str]
    inputs: dict[str, Any]


class Recorder(mocks.MockMonitor):
    """Keeps the options of each registration, which mocks do not see."""

    def __init__(self, strict: StrictMocks) -> None:
        super().__init__(strict)
        self.registered: list[Registered] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        """Record the registration and answer it."""
        if request.type != "pulumi:pulumi:Stack":
            inputs = rpc.deserialize_properties(request.object)
            parent = request.parent.rpartition("::")[2]
            needed = frozenset(urn.rpartition("::")[2] for urn in request.dependencies)
            self.registered.append(
                Registered(request.type, request.name, parent, request.protect, needed, inputs)
            )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


@dataclass
class Deployment:
    """What one run registered and put out."""

    resources: list[Registered]
    outputs: dict[str, Any] = field(default_factory=dict)

    def one(self, kind: str, name: str | None = None) -> Registered:
        """Return the only resource of this kind ("Bucket") and name."""
        found = [
            resource
            for resource in self.resources
            if resource.type.startswith("aws:") and resource.type.endswith(f":{kind}")
            if name is None or resource.name == name
        ]
        assert len(found) == 1, f"{len(found)} resources of kind {kind}"
        return found[0]

    def kinds(self) -> set[str]:
        """Return the kinds of AWS resources made."""
        return {
            resource.type.rpartition(":")[2] for resource in self.resources if resource.type[:4] == "aws:"
        }


def deploy(
    partition: str = "aws",
    *,
    preview: bool = False,
    caller: str = DEPLOYER,
    absent: Collection[str] = (),
    denied: Collection[str] = (),
    **settings: Any,
) -> Deployment:
    """Run an AuditTrail named audit with `settings` to its end, as `caller`, where `absent` is not there."""
    strict = StrictMocks(partition, PARTITIONS[partition], caller, absent, denied)
    recorder = Recorder(strict)
    ROOT.set(None)  # the stack of the mocks before: Pulumi keeps it
    mocks.set_mocks(strict, project="image-builder-trail", stack="test", preview=preview, monitor=recorder)
    deployment = Deployment(recorder.registered)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> pulumi.Output[None]:
        trail = AuditTrail("audit", settings)  # type: ignore[arg-type]
        outputs = {name: getattr(trail, name) for name in OUTPUTS}
        return pulumi.Output.all(**outputs).apply(deployment.outputs.update)

    program()
    return deployment
