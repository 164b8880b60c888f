"""`--enforce-iam`: the resource that is judged is the one that the call names, and no other text says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from localaws.actions import action_details, iam_action, iam_prefix, resource_type_arn
from localaws.call import Call, Caller
from localaws.models import service_model
from localaws.naming import PLACEHOLDER
from localaws.resources import needed
from packages.localaws.tests.front import ACCOUNT_ID, Front, allow, refused, trust

SERVICES = (
    *("cloudtrail", "events", "iam", "imagebuilder", "kms", "logs"),
    *("s3", "secretsmanager", "sns", "sqs", "ssm", "sts"),
)
CALLER = Caller("IAMUser", ACCOUNT_ID, f"arn:aws:iam::{ACCOUNT_ID}:user/alice", "AIDA", user_name="alice")
NAMES_ANYTHING = {
    "arn",
    "name",
    "names",
    "resource",
    "resourcearn",
    "resourceid",
    "resourceidlist",
    "resourceidentifier",
    "key",
}
SUFFIXES = (
    *("arn", "name", "id", "ids", "url", "identifier", "identifiers", "names", "s"),
    *("arnlist", "idlist", "namelist"),
)
# Members that name a resource under a word that the form of its ARN has not.
NAMES_BY_MODEL = {
    *("PolicySourceArn", "SerialNumber", "sourceImage", "TargetArn", "SourceArn", "DestinationArn"),
    *("CopySource", "RoleArn", "TargetKeyId", "Path", "NewPath", "VersionId"),
    *("semanticVersion", "IamRole", "NewGroupName", "NewUserName", "NewServerCertificateName"),
}


def call_of(service: str, operation: str, parameters: dict[str, Any]) -> Call:
    """A call by a user, as the front door would read it."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Call(
        service, operation, parameters, "us-east-1", "aws", ACCOUNT_ID, CALLER, "127.0.0.1", "", "", "1", now
    )


def judged(call: Call) -> set[str]:
    """The resources on which the service's own actions are judged."""
    prefix = iam_prefix(call.service)
    return {
        resource
        for action, resource in needed(call)
        if action.startswith(f"{prefix}:") and action != "iam:PassRole"
    }


def value_of(shape: Shape, text: str, depth: int = 0) -> Any:
    """A value of a shape with one text in all its strings; None where nothing in it is a string."""
    if isinstance(shape, StringShape):
        return text
    if depth > 4:
        return None
    if isinstance(shape, ListShape):
        inner = value_of(shape.member, text, depth + 1)
        return None if inner is None else [inner]
    if isinstance(shape, MapShape):
        inner = value_of(shape.value, text, depth + 1)
        return None if inner is None else {text: inner}
    if isinstance(shape, StructureShape):
        members = {name: value_of(one, text, depth + 1) for name, one in shape.members.items()}
        return {name: value for name, value in members.items() if value is not None} or None
    return None


def is_free(name: str, templates: list[str]) -> bool:
    """Whether a parameter, by its name, cannot name a resource of one of these forms."""
    lower = name.lower()
    if name in NAMES_BY_MODEL or lower in NAMES_ANYTHING:
        return False
    stem = next((lower.removesuffix(end) for end in SUFFIXES if lower.endswith(end)), lower)
    return not any(stem.removesuffix("version").removesuffix("build") in one for one in templates)


def strangers() -> Iterator[tuple[str, str, str, str, Shape, Shape]]:
    """Every operation, ARN of a type that it works on, and parameter that does not name it."""
    for service in SERVICES:
        model = service_model(service)
        for operation in model.operation_names:
            shape = model.operation_model(operation).input_shape
            details = action_details(iam_prefix(service), iam_action(service, operation))
            if shape is None or details is None:
                continue
            kinds = [kind["name"] for kind in details["resourceTypes"]]
            forms = [resource_type_arn(iam_prefix(service), kind) for kind in kinds]
            words = [form.replace("-", "").lower() for form in forms]
            for form in forms:
                fixed = {"Partition": "aws", "Region": "us-east-1", "Account": ACCOUNT_ID}
                parts = ((place % 2, part) for place, part in enumerate(PLACEHOLDER.split(form)))
                arn = "".join(fixed.get(part, "allowed") if odd else part for odd, part in parts)
                for name, member in shape.members.items():
                    if is_free(name, words) and (service, operation, name) not in NESTED_NAMES:
                        yield service, operation, arn, name, member, shape


NESTED_NAMES = {
    ("cloudtrail", "CreateChannel", "Destinations"),
    ("events", "PutEvents", "Entries"),
    ("s3", "DeleteObjects", "Delete"),
}


def test_no_other_parameter_changes_the_resource_that_is_judged() -> None:
    """An allowed ARN in every parameter that names no resource leaves what is judged as it is."""
    swayed = []
    for service, operation, arn, name, member, shape in strangers():
        value = value_of(member, arn)
        if value is None:
            continue
        needs = {one: value_of(shape.members[one], "other") for one in shape.required_members}
        plain = {one: given for one, given in needs.items() if one != name and given is not None}
        before, after = (judged(call_of(service, operation, p)) for p in (plain, {**plain, name: value}))
        if before != after:
            swayed.append((service, operation, name, before, after))
    assert not swayed


def test_a_policys_name_names_no_role(strict_front: Front) -> None:
    """PutRolePolicy is judged on the role, even where the policy is called by another role's ARN."""
    strict_front.role("admin", trust({"AWS": ACCOUNT_ID}))
    mine = f"arn:aws:iam::{ACCOUNT_ID}:role/mine"
    iam = strict_front.client("iam", strict_front.user("alice", allow("iam:*", resource=mine)))
    with refused("AccessDenied", "role/admin"):
        iam.put_role_policy(RoleName="admin", PolicyName=mine, PolicyDocument="{}")


@pytest.mark.parametrize(("first", "second"), [("mine", "other"), ("other", "mine")])
def test_every_named_resource_must_be_allowed(first: str, second: str) -> None:
    """Publish with a topic and a target is judged on both."""
    arns = [f"arn:aws:sns:us-east-1:{ACCOUNT_ID}:{name}" for name in (first, second)]
    assert judged(call_of("sns", "Publish", {"TopicArn": arns[0], "TargetArn": arns[1]})) == set(arns)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("imagebuilder", "CreateImage", {"executionRole": "builder"}),
        ("imagebuilder", "CreateImagePipeline", {"executionRole": "builder"}),
        ("imagebuilder", "CreateLifecyclePolicy", {"executionRole": "builder"}),
        ("iam", "AddRoleToInstanceProfile", {"InstanceProfileName": "profile", "RoleName": "builder"}),
    ],
)
def test_a_role_given_by_name_is_passed(
    front: Front, service: str, operation: str, parameters: dict[str, str]
) -> None:
    """Who hands a role on by its name needs iam:PassRole on its ARN, whose path IAM knows."""
    role = front.role("builder", trust({"AWS": ACCOUNT_ID}), Path="/images/")
    assert ("iam:PassRole", role) in needed(call_of(service, operation, parameters))
