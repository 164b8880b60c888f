"""Which Image Builder resources an event is about: the ARNs in its request and its response.

Their forms: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html
"""

from __future__ import annotations

import re
from functools import lru_cache

from audit.records import Event

_ARN = re.compile(rb'"(arn:aws[a-z-]*:imagebuilder:[^"\\]+)"')
_RESOURCE = re.compile(
    rb"arn:[a-z-]+:imagebuilder:[a-z0-9-]*:[0-9a-z-]*:"
    rb"(?:image-pipeline|image-recipe|container-recipe|component|image|infrastructure-configuration|"
    rb"distribution-configuration|workflow|lifecycle-policy|lifecycle-execution|workflow-execution)/.+"
)
# How a response names the newest of some versions, beside the version that it is about: 1.0.x, x.x.x.
NEWEST_OF = re.compile(rb"/(?:\d+|x)\.(?:\d+|x)\.x$")


def targets_of(event: Event) -> tuple[str, ...]:
    """The ARNs named in requestParameters and responseElements, each once, in order."""
    arns = _ARN.findall(event.request_parameters)
    answered = _ARN.findall(event.response_elements)
    if answered:
        arns += [arn for arn in answered if not NEWEST_OF.search(arn)]
    return tuple(dict.fromkeys(name for name in map(_resource, arns) if name)) if arns else ()


@lru_cache(maxsize=65_536)  # ARNs recur; an upper bound, because events choose them
def _resource(arn: bytes) -> str | None:
    """The ARN as text, if it is one of a resource."""
    return arn.decode() if _RESOURCE.fullmatch(arn) else None
