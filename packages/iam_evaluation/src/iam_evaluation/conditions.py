"""Condition blocks: operators, `…IfExists`, `ForAllValues:`, `ForAnyValue:` and `Null`.

Keys absent from a request follow
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from iam_evaluation.model import PolicyError
from iam_evaluation.operators import OPERATORS, Operator, Test, parse_boolean
from iam_evaluation.patterns import Template, any_template_matches, parse_template

Context = Mapping[str, str | Sequence[str]]
Quantifier = Literal["ForAllValues", "ForAnyValue"]
_IF_EXISTS = "IfExists"


@dataclass(frozen=True, slots=True)
class NullCondition:
    """`Null`: whether a key is absent."""

    key: str
    accepts_absent: bool
    accepts_present: bool

    def holds(self, context: Context) -> bool:
        """Whether the request meets the condition.

        Raises:
            PolicyError: the key's value is empty text, which AWS calls "null" beside set operators only.

        """
        values = _values(context, self.key)
        if values and not any(values) and self.accepts_absent is not self.accepts_present:
            raise PolicyError(
                f"Null tests {self.key}, whose value in this request is empty; compare it with StringEquals"
            )
        return self.accepts_present if values else self.accepts_absent


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key with its policy values."""

    name: str
    key: str
    operator: Operator
    quantifier: Quantifier | None
    if_exists: bool
    fixed: Test | None
    templates: tuple[Template, ...]

    def holds(self, context: Context) -> bool:
        """Whether the request meets the condition.

        Raises:
            PolicyError: AWS does not say how it would decide (see `iam_evaluation`).

        """
        values = _values(context, self.key)
        if not values and self.if_exists:
            return True
        if self.quantifier is None:
            return self._holds_for_one(values, context)
        if not any(values):  # no value, or only empty text, is AWS's "null data set"
            return self.quantifier == "ForAllValues"
        return self._holds_for_several(values, context, decisive=self.quantifier == "ForAnyValue")

    def _holds_for_one(self, values: Sequence[str], context: Context) -> bool:
        if not values:
            return self.operator.negated
        if len(values) > 1:
            raise PolicyError(
                f"{self.name} tests {self.key}, which has {len(values)} values in this request; "
                "put ForAllValues: or ForAnyValue: before the operator"
            )
        return self._matches(values[0], context) is not self.operator.negated

    def _holds_for_several(self, values: Sequence[str], context: Context, *, decisive: bool) -> bool:
        doubt: PolicyError | None = None  # does not matter where another value settles the question
        for value in values:
            try:
                if (self._matches(value, context) is not self.operator.negated) is decisive:
                    return decisive
            except PolicyError as error:
                doubt = error
        if doubt is not None:
            raise doubt
        return not decisive

    def _matches(self, value: str, context: Context) -> bool:
        if self.fixed is not None and self.fixed(value):
            return True
        if not self.templates:
            return False
        return any_template_matches(
            self.templates,
            context,
            lambda pieces: self.operator.build((pieces,))(value),
            negated=f"{self.name} on {self.key}" if self.operator.negated else None,
        )


def _values(context: Context, key: str) -> Sequence[str]:
    value = context.get(key, ())
    return (value,) if isinstance(value, str) else value


def parse_conditions(block: Any, *, variables: bool) -> tuple[Condition | NullCondition, ...]:
    """Read a Condition element; all the conditions in it must hold.

    Raises:
        PolicyError: unknown operator, wrong type, or a value that the operator cannot take.

    """
    if not isinstance(block, dict):
        raise PolicyError('"Condition" must be an object: {operator: {key: value}}')
    found: list[Condition | NullCondition] = []
    for name, entries in block.items():
        if not isinstance(entries, dict):
            raise PolicyError(f'"Condition" has "{name}", which must hold an object: {{key: value}}')
        seen: set[str] = set()
        for key, value in entries.items():
            if key.lower() in seen or ":" not in key:
                problem = "twice, in different case" if ":" in key else "without a prefix such as aws:"
                raise PolicyError(f'"{name}" names the condition key "{key}" {problem}')
            seen.add(key.lower())
            found.append(_parse_one(name, key.lower(), _texts(name, key, value), variables=variables))
    return tuple(found)


def _texts(name: str, key: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if not values:
        raise PolicyError(f'"{name}" has no value for "{key}"; give at least one')
    found = []
    for one in values:
        if isinstance(one, bool):
            found.append("true" if one else "false")
        elif isinstance(one, str | int | float):
            found.append(str(one))
        else:
            raise PolicyError(f'"{name}" has a value for "{key}" that is not a string, number or boolean')
    return found


def _parse_one(name: str, key: str, values: list[str], *, variables: bool) -> Condition | NullCondition:
    if name == "Null":
        wanted = {parse_boolean(value) for value in values}
        return NullCondition(key, accepts_absent=True in wanted, accepts_present=False in wanted)
    quantifier, operator, if_exists = _parse_name(name)
    templates = [parse_template(value, variables=variables) for value in values]
    moving = tuple(template for template in templates if template.has_variables)
    if moving and not operator.takes_variables:
        raise PolicyError(f'"{name}" takes no policy variables; only the String and Arn operators do')
    fixed = [template.resolve({}) or () for template in templates if not template.has_variables]
    test = operator.build(fixed) if fixed else None
    return Condition(name, key, operator, quantifier, if_exists, test, moving)


def _parse_name(name: str) -> tuple[Quantifier | None, Operator, bool]:
    quantifier: Quantifier | None = None
    bare = name
    if name.startswith("ForAllValues:"):
        quantifier, bare = "ForAllValues", name.removeprefix("ForAllValues:")
    elif name.startswith("ForAnyValue:"):
        quantifier, bare = "ForAnyValue", name.removeprefix("ForAnyValue:")
    if_exists = bare.endswith(_IF_EXISTS)
    operator = OPERATORS.get(bare.removesuffix(_IF_EXISTS))
    if operator is None:
        raise PolicyError(
            f'"{name}" is not a condition operator{_did_you_mean(bare.removesuffix(_IF_EXISTS))}'
        )
    return quantifier, operator, if_exists


def _did_you_mean(name: str) -> str:
    if name == "Null":
        return "; Null takes neither IfExists nor a set operator"
    close = difflib.get_close_matches(name, OPERATORS, 1)
    return f'; did you mean "{close[0]}"?' if close else f"; allowed are Null, {', '.join(OPERATORS)}"
