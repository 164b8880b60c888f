"""How the verdicts of the single policies make one decision.

Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from iam_evaluation.documents import DocumentKind, compile_document
from iam_evaluation.model import (
    Decision,
    Document,
    Policies,
    PolicyError,
    Principal,
    PrincipalKind,
    Request,
    StatementReference,
    Verdict,
)
from iam_evaluation.principals import Grant

_REQUEST_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9_-]+")
_KEY = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]*:\d*:key/.+")
_ROLE = re.compile(r"arn:[a-z-]+:iam::\d*:role/.+")
_TRUST_ACTIONS = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")
_OWN_POLICY_ACTIONS = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})
_OUTSIDE_ACCOUNTS = (PrincipalKind.SERVICE, PrincipalKind.FEDERATED, PrincipalKind.ANONYMOUS)


@dataclass(slots=True)
class _Outcome:
    """What the policies of one kind say. `grant` is the closest Allow."""

    noun: str
    denies: list[StatementReference] = field(default_factory=list)
    allows: list[StatementReference] = field(default_factory=list)
    grant: Grant = Grant.NONE


@dataclass(slots=True)
class _Asked:
    """A request made ready: the context in lower case with what the principal adds."""

    request: Request
    context: Mapping[str, str | Sequence[str]]
    bounded: bool

    def ask(self, outcome: _Outcome, name: str, kind: DocumentKind, document: Document) -> None:
        """Add what a document says to an outcome."""
        request = self.request
        try:
            for statement in compile_document(kind, document):
                grant = statement.grant(
                    request.action, request.resource, self.context, request.principal, bounded=self.bounded
                )
                if grant is Grant.NONE:
                    continue
                reference = StatementReference(name, statement.sid, statement.index)
                if statement.denies:
                    outcome.denies.append(reference)
                else:
                    outcome.allows.append(reference)
                    outcome.grant = max(outcome.grant, grant)
        except PolicyError as error:
            raise PolicyError(f"{name}: {error}") from None


def evaluate(request: Request, policies: Policies) -> Decision:
    """Decide a request. See `iam_evaluation` for what is evaluated and what is refused.

    Raises:
        PolicyError: a policy or the request is malformed, or AWS's answer is not known.

    """
    _check(request, policies)
    asked = _Asked(request, _context(request), bounded=policies.boundary is not None)
    levels = [] if request.principal.service_linked else policies.service_control
    control = [_control_level(asked, index, level) for index, level in enumerate(levels)]
    resource = _Outcome("resource-based policy")
    if policies.resource is not None:
        kind = DocumentKind.TRUST if _is_role_trust(request) else DocumentKind.RESOURCE
        asked.ask(resource, "resource", kind, policies.resource)
    identity = _outcome(asked, "identity-based policy", "identity", policies.identity)
    boundary = _Outcome("permissions boundary")
    if policies.boundary is not None:
        asked.ask(boundary, "boundary", DocumentKind.IDENTITY, policies.boundary)
    session = _outcome(asked, "session policy", "session", policies.session)
    if _may_always_mend_own_bucket(request):
        resource.denies.clear()
    denied = [outcome for outcome in (*control, resource, identity, boundary, session) if outcome.denies]
    if denied:
        references = tuple(reference for outcome in denied for reference in outcome.denies)
        return Decision(Verdict.EXPLICIT_DENY, references, f"with an explicit deny in {_a(denied[0].noun)}")
    limits = [boundary] if policies.boundary is not None else []
    if policies.session or request.principal.kind is PrincipalKind.FEDERATED_USER:
        limits.append(session)
    return _allow_or_not(request, control, resource, identity, limits)


def _allow_or_not(
    request: Request,
    control: Sequence[_Outcome],
    resource: _Outcome,
    identity: _Outcome,
    limits: Sequence[_Outcome],
) -> Decision:
    """Decide where nothing denies: which of the policies must allow, and whether they all do."""
    principal = request.principal
    if principal.kind in _OUTSIDE_ACCOUNTS:
        return _all_allow(request, [resource])
    own_account = principal.account_id == request.resource_account
    grants_itself = _is_role_trust(request) or _KEY.fullmatch(request.resource) is not None
    if principal.kind is PrincipalKind.ROOT:
        needed = [] if own_account and not grants_itself else [resource]
    elif own_account and resource.grant is Grant.DIRECT:
        needed = [resource]
    elif _is_federated_root(principal):
        needed = [*limits] if own_account and not grants_itself else [resource, *limits]
    elif own_account and resource.grant is Grant.PARENT:
        needed = [resource, *limits]
    elif own_account and not grants_itself:
        needed = [identity, *limits]
    else:
        needed = [resource, identity, *limits]
    return _all_allow(request, [*control, *needed])


def _all_allow(request: Request, needed: Sequence[_Outcome]) -> Decision:
    for outcome in needed:
        if not outcome.allows:
            reason = f"because no {outcome.noun} allows the {request.action} action"
            return Decision(Verdict.IMPLICIT_DENY, (), reason)
    references = tuple(reference for outcome in needed for reference in outcome.allows)
    nouns = list(dict.fromkeys(outcome.noun for outcome in needed))
    if not nouns:
        return Decision(Verdict.ALLOW, (), "allowed to the root user, whom nothing denies it")
    return Decision(Verdict.ALLOW, references, f"allowed by {' and '.join(_a(noun) for noun in nouns)}")


def _outcome(asked: _Asked, noun: str, name: str, documents: Iterable[Document]) -> _Outcome:
    outcome = _Outcome(noun)
    for index, document in enumerate(documents):
        asked.ask(outcome, f"{name}[{index}]", DocumentKind.IDENTITY, document)
    return outcome


def _control_level(asked: _Asked, index: int, level: Document | Sequence[Document]) -> _Outcome:
    name = f"service_control[{index}]"
    if not isinstance(level, Mapping):
        return _outcome(asked, "service control policy", name, level)
    outcome = _Outcome("service control policy")
    asked.ask(outcome, name, DocumentKind.IDENTITY, level)
    return outcome


def _context(request: Request) -> Mapping[str, str | Sequence[str]]:
    context = {key.lower(): value for key, value in request.context.items()}
    if len(context) != len(request.context):
        raise PolicyError("the request's context has a condition key twice, in different case")
    context.update(request.principal.context)
    return context


def _is_role_trust(request: Request) -> bool:
    return request.action.lower().startswith(_TRUST_ACTIONS) and _ROLE.fullmatch(request.resource) is not None


def _is_federated_root(principal: Principal) -> bool:
    """A session that the root user made with GetFederationToken: it has no identity policies."""
    return (principal.parent_arn or "").endswith(":root")


def _may_always_mend_own_bucket(request: Request) -> bool:
    """S3 lets the bucket owner's root user read, replace and delete a policy that locks everyone out.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    """
    principal = request.principal
    return (
        principal.kind is PrincipalKind.ROOT
        and principal.account_id == request.resource_account
        and request.action.lower() in _OWN_POLICY_ACTIONS
    )


def _check(request: Request, policies: Policies) -> None:
    if not _REQUEST_ACTION.fullmatch(request.action):
        raise PolicyError(f'the request\'s action is "{request.action}"; write "service:Name"')
    principal: Principal = request.principal
    given = {
        "identity": bool(policies.identity),
        "boundary": policies.boundary is not None,
        "session": bool(policies.session),
        "service control": bool(policies.service_control),
    }
    barred: tuple[str, ...] = ()
    if principal.kind in _OUTSIDE_ACCOUNTS:
        barred = ("identity", "boundary", "session", "service control")
    elif _is_federated_root(principal):
        barred = ("identity", "boundary")
    elif principal.kind is PrincipalKind.ROOT:
        barred = ("identity", "boundary", "session")
    elif principal.kind is PrincipalKind.USER:
        barred = ("session",)
    wrong = [name for name in barred if given[name]]
    if wrong:
        raise PolicyError(f"{_a(principal.kind.value)} has no {wrong[0]} policy; leave it out")


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"
