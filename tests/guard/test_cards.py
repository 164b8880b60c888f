"""Each card: silent on one known-good resource, red on every mutation of it that breaks the rule."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from policies.guard import card as cards
from policies.guard.card import Card, Options, Resource, ResourceCard, StackCard, Verb
from policies.guard.cards import all_cards

FOLDER = Path(cards.__file__).parent / "cards"
BY_SUBJECT = {card.subject: card for card in all_cards()}

STATEMENT = {
    "Sid": "Write",
    "Effect": "Allow",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:SourceArn": "arn"}},
}
OPEN = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "*"}
GOOD: dict[str, dict[str, Any]] = {
    cards.TRAIL: {
        "s3BucketName": "logs",
        "isMultiRegionTrail": True,
        "enableLogFileValidation": True,
        "kmsKeyId": "arn:aws:kms:…",
        "advancedEventSelectors": [
            {"fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]}
        ],
    },
    cards.BUCKET: {"bucket": "logs", "forceDestroy": False},
    cards.BUCKET_POLICY: {"bucket": "logs", "policy": json.dumps({"Statement": [STATEMENT]})},
    cards.KEY: {"enableKeyRotation": True},
    cards.LOG_GROUP: {"retentionInDays": 30},
    cards.VERSIONING: {"bucket": "logs", "versioningConfiguration": {"status": "Enabled"}},
    cards.PUBLIC_ACCESS_BLOCK: {
        "bucket": "logs",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    },
    cards.LIFECYCLE: {
        "bucket": "logs",
        "rules": [{"id": "logs", "status": "Enabled", "expiration": {"days": 90}}],
    },
}

# subject of the card -> the resource mutated, and the properties that break the rule; None takes one away
BAD: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "multi-region": [(cards.TRAIL, {"isMultiRegionTrail": value}) for value in (False, None)],
    "log-file-validation": [(cards.TRAIL, {"enableLogFileValidation": value}) for value in (False, None)],
    "customer-key": [(cards.TRAIL, {"kmsKeyId": value}) for value in ("", None)],
    "logging": [(cards.TRAIL, {"enableLogging": False})],
    "global-events": [(cards.TRAIL, {"includeGlobalServiceEvents": False})],
    "management-events": [
        (cards.TRAIL, {"advancedEventSelectors": [{"fieldSelectors": fields}]})
        for fields in (
            [{"field": "eventCategory", "equals": ["Data"]}],
            [
                {"field": "eventCategory", "equals": ["Management"]},
                {"field": "readOnly", "equals": ["false"]},
            ],
        )
    ]
    + [
        (cards.TRAIL, {"advancedEventSelectors": None, "eventSelectors": [selector]})
        for selector in ({"readWriteType": "ReadOnly"}, {"includeManagementEvents": False})
    ],
    "force-destroy": [(cards.BUCKET, {"forceDestroy": True})],
    "source-arn": [
        (kind, {"policy": json.dumps({"Statement": {**STATEMENT, "Condition": condition}})})
        for kind in cards.WITH_POLICY
        for condition in ({}, {"StringEquals": {"aws:SourceAccount": "1"}})
    ],
    "wildcard-principal": [
        (cards.BUCKET_POLICY, {"policy": json.dumps({"Statement": [{**OPEN, "Principal": everyone}]})})
        for everyone in ("*", {"AWS": "*"}, {"AWS": ["arn", "*"]})
    ],
    "key-rotation": [(cards.KEY, {"enableKeyRotation": value}) for value in (False, None)],
    "log-retention": [(cards.LOG_GROUP, {"retentionInDays": value}) for value in (0, None)],
    "versioning": [
        (cards.VERSIONING, {"versioningConfiguration": {"status": "Suspended"}}),
        (cards.VERSIONING, {"bucket": "another"}),
    ],
    "private-bucket": [
        (cards.PUBLIC_ACCESS_BLOCK, {switch: value})
        for switch in GOOD[cards.PUBLIC_ACCESS_BLOCK]
        if switch != "bucket"
        for value in (False, None)
    ],
    "expiration-days": [
        (cards.LIFECYCLE, {"rules": [{"id": "x", "status": "Enabled", "expiration": {"days": 89}}]})
    ],
}


def resource(kind: str, changes: Mapping[str, Any] | None = None, stack: str = "prod") -> Resource:
    """Return the known-good resource of a kind, mutated."""
    mutated = {**GOOD.get(kind, {}), **(changes or {})}
    kept = {key: value for key, value in mutated.items() if value is not None}
    return Resource(kind, f"urn:pulumi:{stack}::project::{kind}::the-{kind.rpartition(':')[2]}", kept)


def found(card: Card, mutated: Resource | None = None, options: Options | None = None) -> list[str]:
    """Return what `card` says of the good program with one resource in place of its good one."""
    good = [resource(kind) for kind in GOOD if mutated is None or kind != mutated.type]
    program = [*good, mutated] if mutated else good
    heeded = options or Options()
    if isinstance(card, StackCard):
        return [card.message(place, what) for place, what in card.find(program, heeded)]
    assert isinstance(card, ResourceCard)
    return [
        card.message(place, what)
        for place in program
        if place.type in card.types
        for what in card.find(place, heeded)
    ]


@pytest.mark.parametrize("subject", BY_SUBJECT)
def test_a_card_is_silent_on_the_good_program(subject: str) -> None:
    assert found(BY_SUBJECT[subject]) == []


@pytest.mark.parametrize(
    ("subject", "kind", "changes"),
    [(subject, kind, changes) for subject, mutations in BAD.items() for kind, changes in mutations],
)
def test_a_card_tells_each_mutation_once_with_code_place_and_mend(
    subject: str, kind: str, changes: dict[str, Any]
) -> None:
    card = BY_SUBJECT[subject]
    (message,) = found(card, resource(kind, changes))
    assert message.startswith(f"{card.code} the-")
    assert message.endswith(f"To fix: {card.fix}")
    assert "\n" not in message


@pytest.mark.parametrize("subject", BAD)
def test_no_other_card_confuses_a_mutation_with_its_own(subject: str) -> None:
    for kind, changes in BAD[subject]:
        others = [other for other in all_cards() if other.subject != subject]
        assert [found(other, resource(kind, changes)) for other in others] == [[]] * len(others)


def test_every_card_has_a_mutation() -> None:
    assert set(BAD) == set(BY_SUBJECT)


def test_cards_are_filed_by_verb_and_have_codes_and_words_of_their_own() -> None:
    every = all_cards()
    assert len({card.code for card in every}) == len(every) == len({card.subject for card in every})
    for card in every:
        file = FOLDER / f"{card.verb}_{card.subject.replace('-', '_')}.py"
        assert file.is_file(), file
        assert card.verb in get_args(Verb)
        assert re.fullmatch(r"IBT4\d\d", card.code)
        assert card.why.endswith(".")
        assert card.fix.endswith(".")
        assert card.link.startswith("https://")
        assert card.framework


def test_force_destroy_is_free_outside_production() -> None:
    card = BY_SUBJECT["force-destroy"]
    assert found(card, resource(cards.BUCKET, {"forceDestroy": True}, stack="dev")) == []
    own = Options(production_stacks=("dev",))
    assert found(card, resource(cards.BUCKET, {"forceDestroy": True}, stack="dev"), own)


def test_the_least_expiration_is_the_users_to_say() -> None:
    card = BY_SUBJECT["expiration-days"]
    assert found(card, options=Options(minimum_expiration_days=91))
    assert found(card, options=Options(minimum_expiration_days=90)) == []


def test_a_log_bucket_without_side_resources_breaks_both_rules() -> None:
    program = [resource(cards.TRAIL), resource(cards.BUCKET)]
    for subject in ("versioning", "private-bucket"):
        card = BY_SUBJECT[subject]
        assert isinstance(card, StackCard)
        assert len(list(card.find(program, Options()))) == 1


def test_a_bucket_that_no_trail_delivers_to_is_none_of_the_packs_business() -> None:
    program = [resource(cards.TRAIL, {"s3BucketName": "elsewhere"}), resource(cards.BUCKET)]
    for card in all_cards():
        if isinstance(card, StackCard):
            assert list(card.find(program, Options())) == []


def test_a_bucket_whose_name_is_not_known_yet_is_found_by_where_its_name_came_from() -> None:
    bucket = Resource(cards.BUCKET, "urn:pulumi:s::p::t::bucket", {"bucket": object()})
    versioning = Resource(
        cards.VERSIONING,
        "urn:pulumi:s::p::t::versioning",
        {"bucket": object(), "versioningConfiguration": {"status": "Enabled"}},
        {"bucket": frozenset({bucket.urn})},
    )
    trail = Resource(
        cards.TRAIL, "urn:pulumi:s::p::t::trail", {}, {"s3BucketName": frozenset({versioning.urn})}
    )
    assert list(cards.log_buckets([bucket, versioning, trail])) == [bucket]
    card = BY_SUBJECT["versioning"]
    assert isinstance(card, StackCard)
    assert list(card.find([bucket, versioning, trail], Options())) == []
    assert len(list(card.find([bucket, trail], Options()))) == 0  # no link to the bucket is left


def test_conditions_and_services_are_read_in_all_their_spellings() -> None:
    card = BY_SUBJECT["source-arn"]
    listed = {
        **STATEMENT,
        "Principal": {"Service": ["x", "cloudtrail.amazonaws.com"]},
        "Condition": {"ArnLike": {"AWS:SOURCEARN": "a"}},
    }
    good = resource(cards.BUCKET_POLICY, {"policy": {"Statement": [listed]}})
    assert found(card, good) == []
    assert found(card, resource(cards.BUCKET_POLICY, {"policy": "no JSON"})) == []
    assert found(BY_SUBJECT["wildcard-principal"], resource(cards.BUCKET_POLICY, {"policy": None})) == []
