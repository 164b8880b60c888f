"""ARNs that only the service can tell from a name: of IAM's entities, secrets and parameters.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from moto.iam.models import iam_backends
from moto.secretsmanager.models import secretsmanager_backends

from localaws.call import Call

# The parameter that names an IAM entity of a type, and where moto keeps these.
_ENTITIES = {
    "group": ("GroupName", "groups"),
    "instance-profile": ("InstanceProfileName", "instance_profiles"),
    "policy": ("PolicyName", ""),
    "role": ("RoleName", "roles"),
    "server-certificate": ("ServerCertificateName", "certificates"),
    "user": ("UserName", "users"),
}


def known_arns(call: Call, kind: str) -> list[str]:
    """The ARNs of what a call names of a type; none where its parameters alone tell them."""
    if call.service == "iam" and kind in _ENTITIES:
        return list(_entities(call, kind))
    if call.service == "secretsmanager" and kind == "Secret":
        name = call.parameters.get("SecretId")
        return [secret_arn(call, name)] if name else _new_secret(call)
    if call.service == "ssm" and kind == "parameter":
        return list(_parameters(call))
    return []


def _entities(call: Call, kind: str) -> Iterator[str]:
    """An entity with its path, which only IAM knows, and what a change of name or path makes of it.

    The caller is meant where a call that works on a user names none.
    """
    member, kept = _ENTITIES[kind]
    name = call.parameters.get(member, call.caller.user_name if kind == "user" else None)
    if name is None or (kind == "policy" and call.operation != "CreatePolicy"):
        return
    start = f"arn:{call.partition}:iam::{call.account_id}:{kind}"
    backend = iam_backends[call.account_id][call.partition]
    entity = _named(getattr(backend, kept).values(), name) if kept else None
    path = call.parameters.get("Path", "/") if entity is None else entity.path or "/"
    yield f"{start}{path}{name}"
    if call.operation.startswith("Update") and (
        f"New{member}" in call.parameters or "NewPath" in call.parameters
    ):
        yield f"{start}{call.parameters.get('NewPath', path)}{call.parameters.get(f'New{member}', name)}"


def _named(entities: Iterable[Any], name: str) -> Any:
    return next(
        (one for one in entities if getattr(one, "name", getattr(one, "cert_name", "")) == name), None
    )


def secret_arn(call: Call, identifier: str) -> str:
    """The ARN of a secret that is given by name, ARN or the beginning of its ARN."""
    try:
        return str(secretsmanager_backends[call.account_id][call.region].secrets[identifier].arn)
    except KeyError:
        if identifier.startswith("arn:"):
            return identifier
        return f"arn:{call.partition}:secretsmanager:{call.region}:{call.account_id}:secret:{identifier}"


def stored_secrets(call: Call) -> list[str]:
    """The ARNs of all secrets of the account in the Region."""
    secrets = secretsmanager_backends[call.account_id][call.region].secrets.values()
    return [str(secret.arn) for secret in secrets]


def _new_secret(call: Call) -> list[str]:
    """A secret to be: AWS adds six characters to its name, which nobody knows yet."""
    name = call.parameters.get("Name")
    start = f"arn:{call.partition}:secretsmanager:{call.region}:{call.account_id}:secret"
    return [f"{start}:{name}-??????"] if name else []


def _parameters(call: Call) -> Iterator[str]:
    """Parameters by name, without the slash in front and the version or label behind, or by their path."""
    given = [call.parameters.get(member) for member in ("Name", "Names", "Path")]
    for name in (name for name in given if isinstance(name, str)):
        if name.startswith("arn:"):
            yield ":".join(name.split(":")[:6])
        else:
            start = f"arn:{call.partition}:ssm:{call.region}:{call.account_id}:parameter"
            yield f"{start}/{name.split(':', 1)[0].strip('/')}"
