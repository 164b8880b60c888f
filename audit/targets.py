"""Which Image Builder resources an event is about: the ARNs in its request and its response.

Their forms: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html
"""

from __future__ import annotations

import re

from audit.records import Event

_ARN = re.compile(
    rb'"(arn:aws[a-z-]*:imagebuilder:[a-z0-9-]*:[0-9a-z-]*:'
    rb"(?:image-pipeline|image-recipe|container-recipe|component|image|infrastructure-configuration|"
    rb'distribution-configuration|workflow|lifecycle-policy|lifecycle-execution|workflow-execution)/[^"\\]+)"'
)


def targets_of(event: Event) -> tuple[str, ...]:
    """The ARNs named in requestParameters and responseElements, each once, in order."""
    found = dict.fromkeys(_ARN.findall(event.request_parameters))
    found.update(dict.fromkeys(_ARN.findall(event.response_elements)))
    return tuple(arn.decode() for arn in found)
