"""Whether AWS would allow a request: IAM's evaluation logic as a pure function.

Evaluated: identity, resource (bucket, key, topic, … and role trust), boundary, session and service control
policies; all elements of the policy language; every condition operator; same- and cross-account rules.

Not evaluated: resource control policies, VPC endpoint policies, S3 ACLs, access points and public access
block, KMS grants, Lake Formation, the condition keys that a service fills in (the request must carry them),
and the rules that a service has for itself, save three: key policies and role trust policies must grant by
themselves, and the root user of a bucket's owner can always replace the bucket's policy.

Refused with `PolicyError` rather than guessed, unless the rest of the statement settles the question:
- malformed documents: unknown elements, versions, operators; wrong types; elements that exclude each other;
- several values of a key under an operator without ForAllValues: or ForAnyValue:;
- a policy variable whose key is absent, where a negation (NotResource, StringNotEquals, …) would then match;
- Null on a key whose value is empty, which AWS calls null in one place and a value in another;
- a value in the request that the operator cannot read (a number, date, IP address, boolean, base64);
- NotPrincipal with Allow, in a trust policy, or naming a user or session without its role and account;
- CanonicalUser where the calling account's id is not known; {"AWS": "*"} for a service or federated identity.

See docs/policy-evaluation.md for the reasons.
"""

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
from iam_evaluation.rules import evaluate

__all__ = [
    "Decision",
    "Document",
    "DocumentKind",
    "Policies",
    "PolicyError",
    "Principal",
    "PrincipalKind",
    "Request",
    "StatementReference",
    "Verdict",
    "check_document",
    "evaluate",
]


def check_document(document: Document, kind: DocumentKind) -> None:
    """Check a policy document's grammar, without any request.

    Raises:
        PolicyError: the document is malformed.

    """
    compile_document(kind, document)
