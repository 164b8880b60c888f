"""Resource policies: CloudTrail knows them for event data stores, dashboards and channels; here are none.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutResourcePolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from localaws.call import Call
from localaws.cloudtrail.exceptions import (
    ResourceARNNotValidException,
    ResourceNotFoundException,
    ResourceTypeNotSupportedException,
)

_ARN = re.compile(r"arn:aws[\w-]*:cloudtrail:[a-z0-9-]+:\d{12}:(?P<kind>[a-z]+)/.+")
_KINDS = frozenset({"channel", "dashboard", "eventdatastore"})


def refuse(call: Call) -> Mapping[str, Any]:
    """Answer Get-, Put- and DeleteResourcePolicy as AWS does where no such resource is.

    Raises:
        ResourceARNNotValidException: not the form of an ARN of CloudTrail's.
        ResourceTypeNotSupportedException: a resource that takes no policy, such as a trail.
        ResourceNotFoundException: any other.

    """
    arn = call.parameters["ResourceArn"]
    parts = _ARN.fullmatch(arn)
    if parts is None:
        raise ResourceARNNotValidException(f"The resource ARN {arn} is not valid.")
    if parts["kind"] not in _KINDS:
        raise ResourceTypeNotSupportedException(
            f"The resource type of {arn} does not take a resource policy."
        )
    raise ResourceNotFoundException(f"The resource {arn} does not exist.")
