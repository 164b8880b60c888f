"""Laws that hold for all policies and requests, tried on policies that hypothesis thinks up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iam_evaluation import Decision, Policies, PolicyError, Principal, Request, Verdict, evaluate
from packages.iam_evaluation.tests.building import (
    CLOUDTRAIL,
    FAR_USER,
    FEDERATED_USER,
    KEY,
    OBJECT,
    OTHER,
    OWN,
    ROLE_ARN,
    ROOT_ARN,
    SESSION,
    SESSION_ARN,
    TRUSTED_ROLE,
    USER,
    USER_ARN,
    allow,
    deny,
    policy,
)

# the same examples each time: a law is not to fail in an unrelated change
LAW = settings(deadline=None, derandomize=True, max_examples=150)
PRINCIPALS = [USER, SESSION, FEDERATED_USER, FAR_USER, CLOUDTRAIL, Principal.root(OWN), Principal.anonymous()]
ACTIONS = st.sampled_from(["*", "s3:*", "s3:Get*", "kms:Decrypt", "kms:*", "sts:AssumeRole"])
RESOURCES = st.sampled_from(["*", OBJECT, "arn:aws:s3:::bucket/*", "arn:aws:s3:::*/${aws:username}", KEY])
VALUES = st.lists(st.sampled_from(["red", "blue", "${aws:username}", "r*"]), min_size=1, max_size=2)
CONDITIONS = st.dictionaries(
    st.sampled_from(
        [
            "StringEquals",
            "StringNotEquals",
            "StringLikeIfExists",
            "StringNotLike",
            "ForAllValues:StringEquals",
            "ForAnyValue:StringNotEquals",
        ]
    ),
    st.dictionaries(st.sampled_from(["a:One", "a:Two", "aws:username"]), VALUES, max_size=2),
    max_size=2,
)
NAMED = st.one_of(
    st.just("*"),
    st.fixed_dictionaries(
        {
            "AWS": st.lists(
                st.sampled_from([OWN, OTHER, ROOT_ARN, USER_ARN, ROLE_ARN, SESSION_ARN]), min_size=1
            )
        }
    ),
    st.just({"Service": CLOUDTRAIL.arn}),
)


@st.composite
def statements(
    draw: st.DrawFn, *, resource: bool, effect: str | None = None, trust: bool = False
) -> dict[str, Any]:
    """A statement for an identity, resource or trust policy."""
    statement: dict[str, Any] = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(ACTIONS),
        "Condition": draw(CONDITIONS),
    }
    if not trust:
        statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(RESOURCES)
    if resource:
        statement["Principal"] = draw(NAMED)
    return statement


@st.composite
def documents(draw: st.DrawFn, *, resource: bool = False, trust: bool = False) -> dict[str, Any]:
    """A policy document."""
    several = st.lists(statements(resource=resource, trust=trust), min_size=1, max_size=3)
    return policy(*draw(several))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Request, Policies]:
    """A request with policies such as its principal can have."""
    principal = draw(st.sampled_from(PRINCIPALS))
    action, resource = draw(
        st.sampled_from([("s3:GetObject", OBJECT), ("kms:Decrypt", KEY), ("sts:AssumeRole", TRUSTED_ROLE)])
    )
    colours = st.sampled_from(["red", "blue", "alice"])
    context = draw(st.dictionaries(st.sampled_from(["a:One", "a:Two"]), colours))
    request = Request(principal, action, resource, draw(st.sampled_from([OWN, OWN, OTHER])), context)
    trust = action == "sts:AssumeRole"
    policies = Policies(resource=draw(st.none() | documents(resource=True, trust=trust)))
    if principal in (USER, SESSION, FEDERATED_USER, FAR_USER):
        identity = draw(st.lists(documents(), max_size=2))
        policies = replace(policies, identity=identity, boundary=draw(st.none() | documents()))
    if principal in (SESSION, FEDERATED_USER):
        policies = replace(policies, session=draw(st.lists(documents(), max_size=2)))
    if principal.account_id is not None:
        policies = replace(policies, service_control=draw(st.lists(documents(), max_size=1)))
    return request, policies


def _decide(request: Request, policies: Policies) -> Decision | None:
    """The decision, or None where it is refused."""
    try:
        return evaluate(request, policies)
    except PolicyError:
        return None


def _kinds(request: Request, policies: Policies) -> list[str]:
    """The kinds of policies to which this principal's request can have a statement added."""
    kinds = ["resource"] if policies.resource is not None else []
    if request.principal in (USER, SESSION, FEDERATED_USER, FAR_USER):
        kinds.append("identity")
    return kinds


def _with(policies: Policies, kind: str, statement: dict[str, Any], *, first: bool) -> Policies:
    """The same policies with one statement more, in front or at the end."""
    if kind == "identity":
        return replace(policies, identity=[*policies.identity, policy(statement)])
    assert policies.resource is not None
    there = policies.resource["Statement"]
    return replace(policies, resource=policy(*([statement, *there] if first else [*there, statement])))


def _blanket(effect: str, request: Request, kind: str) -> dict[str, Any]:
    """A statement that meets any request in a policy of this kind."""
    trust = request.action == "sts:AssumeRole" and kind == "resource"
    elements = {"Principal": "*"} if kind == "resource" else {}
    return (deny if effect == "Deny" else allow)("*", None if trust else "*", **elements)


@given(cases(), st.booleans(), st.data())
@LAW
def test_an_explicit_deny_always_wins(
    case: tuple[Request, Policies], first: bool, data: st.DataObject
) -> None:
    """Whatever else is there, a Deny that meets the request denies it, and is named."""
    request, policies = case
    kinds = _kinds(request, policies)
    if not kinds or _decide(request, policies) is None:
        return
    kind = data.draw(st.sampled_from(kinds))
    decision = evaluate(request, _with(policies, kind, _blanket("Deny", request, kind), first=first))
    assert decision.verdict is Verdict.EXPLICIT_DENY
    assert any(statement.policy.startswith(kind) for statement in decision.statements)


@given(cases(), st.booleans(), st.data())
@LAW
def test_a_further_deny_never_lets_anything_through(
    case: tuple[Request, Policies], first: bool, data: st.DataObject
) -> None:
    """With any Deny statement more, what was not allowed stays so, and an explicit deny stays explicit."""
    request, policies = case
    before = _decide(request, policies)
    for kind in _kinds(request, policies):
        trust = request.action == "sts:AssumeRole" and kind == "resource"
        statement = data.draw(statements(resource=kind == "resource", effect="Deny", trust=trust))
        after = _decide(request, _with(policies, kind, statement, first=first))
        if before is None or after is None:
            continue
        assert before.allowed or not after.allowed
        if before.verdict is Verdict.EXPLICIT_DENY:
            assert after.verdict is Verdict.EXPLICIT_DENY


@given(cases(), st.booleans(), st.data())
@LAW
def test_a_further_allow_never_takes_anything_away(
    case: tuple[Request, Policies], first: bool, data: st.DataObject
) -> None:
    """With any Allow statement more, what was allowed stays so, and no explicit deny comes or goes."""
    request, policies = case
    before = _decide(request, policies)
    for kind in _kinds(request, policies):
        trust = request.action == "sts:AssumeRole" and kind == "resource"
        statement = data.draw(statements(resource=kind == "resource", effect="Allow", trust=trust))
        after = _decide(request, _with(policies, kind, statement, first=first))
        if before is None or after is None:
            continue
        assert after.allowed or not before.allowed
        explicit = Verdict.EXPLICIT_DENY
        assert (before.verdict is explicit) is (after.verdict is explicit)


@given(cases(), st.randoms(use_true_random=False))
@LAW
def test_order_does_not_matter(case: tuple[Request, Policies], random: Any) -> None:
    """Statements, policies and condition keys can stand in any order, refusals included."""
    request, policies = case

    def mixed(value: Any) -> Any:
        if isinstance(value, dict):
            items = [(key, mixed(one)) for key, one in value.items()]
            random.shuffle(items)
            return dict(items)
        if isinstance(value, list):
            return random.sample([mixed(one) for one in value], len(value))
        return value

    shuffled = Policies(
        identity=mixed(policies.identity),
        resource=mixed(policies.resource),
        boundary=mixed(policies.boundary),
        session=mixed(policies.session),
        service_control=mixed(policies.service_control),
    )
    context = mixed(dict(request.context))
    before, after = _decide(request, policies), _decide(replace(request, context=context), shuffled)
    assert (before and before.verdict) is (after and after.verdict)


@given(cases())
@LAW
def test_limits_never_widen(case: tuple[Request, Policies]) -> None:
    """Without boundary and service control policies at least as much is allowed as with them."""
    request, policies = case
    limited = _decide(request, policies)
    free = _decide(request, replace(policies, boundary=None, service_control=()))
    if limited is not None and limited.allowed and free is not None:
        assert free.allowed


@given(cases())
@LAW
def test_nothing_is_allowed_without_an_allowing_statement(case: tuple[Request, Policies]) -> None:
    """Whoever is not root in its own account is allowed only by a statement that is named and says Allow."""
    request, policies = case
    decision = _decide(request, policies)
    if (
        decision is None
        or not decision.allowed
        or request.principal == Principal.root(request.resource_account)
    ):
        return
    assert decision.statements
    for reference in decision.statements:
        name, _, place = reference.policy.partition("[")
        found: Any = getattr(policies, name)
        document = found[int(place.rstrip("]"))] if place else found
        assert document["Statement"][reference.index]["Effect"] == "Allow"


@given(cases())
@LAW
def test_anonymous_callers_have_at_most_what_everyone_has(case: tuple[Request, Policies]) -> None:
    """What an unsigned request may do, a user of the owner's account may do too."""
    request, policies = case
    resource = policies.resource
    if resource is None or any("aws:username" in str(one.get("Condition")) for one in resource["Statement"]):
        return
    if "${" in str(resource):
        return
    anonymous = _decide(replace(request, principal=Principal.anonymous()), Policies(resource=resource))
    denies = [one for one in resource["Statement"] if one["Effect"] == "Deny" and one["Principal"] != "*"]
    if anonymous is not None and anonymous.allowed and not denies:
        user = replace(request, principal=USER, resource_account=OWN)
        assert evaluate(user, Policies(resource=resource)).allowed


@given(cases())
@LAW
def test_evaluation_is_a_function(case: tuple[Request, Policies]) -> None:
    """The same question has the same answer, and asking changes neither request nor policies."""
    request, policies = case
    said = repr((request, policies))
    assert _decide(request, policies) == _decide(request, policies)
    assert repr((request, policies)) == said
