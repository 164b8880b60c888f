"""Waiting for what AWS has accepted but does not know everywhere yet, where the real provider waits too."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from localaws.pulumi.aws import error_code

_LONGEST_SECONDS = 120
_PAUSE_SECONDS = 1
_ROLE_NOT_KNOWN_YET = {
    "InvalidCloudWatchLogsRoleArnException": "Access denied.",
    "InvalidCloudWatchLogsLogGroupArnException": "Access denied.",
}


def until_roles_are_known(call: Callable[[], Any]) -> Any:
    """Make a trail's call again while CloudTrail cannot assume its logs role yet, two minutes at most.

    Only those two errors are waited out: a bucket or key policy that is missing will not come by waiting.
    """
    give_up = time.monotonic() + _LONGEST_SECONDS
    while True:
        try:
            return call()
        except ClientError as error:
            waits = _ROLE_NOT_KNOWN_YET.get(error_code(error))
            if waits is None or waits not in str(error) or time.monotonic() > give_up:
                raise
        time.sleep(_PAUSE_SECONDS)
