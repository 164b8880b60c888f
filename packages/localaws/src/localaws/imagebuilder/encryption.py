"""The customer's key of a component, workflow or container recipe, which is used in the caller's name.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html
"""

from __future__ import annotations

from localaws.arns import region_of
from localaws.errors import AwsError
from localaws.imagebuilder.exceptions import ForbiddenException, InvalidParameterValueException
from localaws.imagebuilder.request import Request
from localaws.imagebuilder.service_calls import SERVICE_PRINCIPAL


def use_key(request: Request) -> None:
    """Have a data key made under the key that a request names, if it names one.

    Raises:
        ForbiddenException: the caller may not use the key.
        InvalidParameterValueException: there is no such key, or it cannot be used.

    """
    key = request.parameters.get("kmsKeyId")
    if key is None:
        return
    try:
        request.cloud.invoke(
            "kms",
            "GenerateDataKey",
            {"KeyId": key, "KeySpec": "AES_256"},
            region=region_of(key) or request.store.region,
            account_id=request.store.account_id,
            service_principal=SERVICE_PRINCIPAL,
            on_behalf_of=request.call.caller,
        )
    except AwsError as error:
        if "AccessDenied" in error.code:
            raise ForbiddenException(error.message) from error
        raise InvalidParameterValueException.of("kmsKeyId", error.message) from error
