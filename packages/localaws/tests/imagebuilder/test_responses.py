from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from examples.imagebuilder_calls import all_operations
from localaws.imagebuilder import ImageBuilder
from localaws.imagebuilder.responses import OPERATIONS
from packages.localaws.tests.imagebuilder.direct import DirectClient, component


def test_every_operation_of_the_model_has_a_handler() -> None:
    """The list comes from botocore: a new operation there fails here, and none is made up."""
    assert set(OPERATIONS) == all_operations()


def test_state_is_per_account_and_region(service: ImageBuilder) -> None:
    """What one account makes in one Region is in no other account and no other Region."""
    here = DirectClient(service)
    here.create_component(**component())
    elsewhere = DirectClient(service, region="eu-west-1")
    stranger = DirectClient(service, account_id="210987654321")
    found = [len(each.list_components()["componentVersionList"]) for each in (here, elsewhere, stranger)]
    assert found == [1, 0, 0]


def test_arns_are_of_the_calls_partition(service: ImageBuilder) -> None:
    """In aws-cn, ARNs begin with arn:aws-cn, those of Amazon's own resources too."""
    client = DirectClient(service, region="cn-north-1", partition="aws-cn")
    made = client.create_component(**component())
    assert made["componentBuildVersionArn"] == (
        "arn:aws-cn:imagebuilder:cn-north-1:123456789012:component/hello/1.0.0/1"
    )
    managed = client.list_images(owner="Amazon")["imageVersionList"]
    assert {image["arn"].partition(":imagebuilder")[0] for image in managed} == {"arn:aws-cn"}


def test_simultaneous_calls_lose_nothing(service: ImageBuilder) -> None:
    """Forty threads that each add a build of one version get forty different build numbers."""
    client = DirectClient(service)

    def create(number: int) -> str:
        made = client.create_component(**component(description=f"number {number}"))
        return str(made["componentBuildVersionArn"])

    with ThreadPoolExecutor(40) as pool:
        arns = set(pool.map(create, range(40)))
    assert len(arns) == 40


def test_the_request_id_in_the_body_is_the_calls(client: DirectClient) -> None:
    """`requestId` is what CloudTrail will show as requestID, and the client token comes back."""
    made = client.create_component(**component(clientToken="mine"))
    assert made["requestId"] == made["ResponseMetadata"]["RequestId"]
    assert made["clientToken"] == "mine"
