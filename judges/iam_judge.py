"""Judges the policies of templates by what IAM's service authorization reference says of each action.

Usage: iam_judge.py JSON [JSON ...]

The reference is the copy that cfn-lint ships: which actions a service has, and which resources each can be
allowed on. An action without resources can be allowed on `*` alone; one with resources, that is allowed on
others, is never allowed.
"""

import json
import pathlib
import re
import sys

import cfnlint

REFERENCE = pathlib.Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json"

# Allowed on everything although IAM knows narrower, and why.
WIDE = {
    "cloudfront:updateDistribution": "the distribution of a sign-in domain is Cognito's, and its ARN unknown",
    "cloudformation:*": "the boundary, which others limit further",
    "cognito-idp:*": "the boundary, which others limit further",
    "lambda:*": "the boundary, which others limit further",
    "logs:*": "the boundary, which others limit further",
    "s3:*": "the boundary, which others limit further",
    "iam:PassRole": "the boundary, which others limit further",
    "iam:CreateServiceLinkedRole": "limited to a service by its condition",
    "sns:Publish": "a phone number is no topic",
}


def text(value):
    """An ARN as it is when it is deployed, with something for whatever is known then only."""
    if isinstance(value, dict):
        (function, argument), = value.items()
        if function == "Fn::Sub":
            return re.sub(r"\$\{AWS::AccountId\}", "0" * 12, re.sub(r"\$\{Stage\}", "dev", argument))
        # An attribute or a reference: what it is an ARN of is what the template says elsewhere.
        return None
    return value


def documents(template):
    """Every policy document that grants something, and where it is."""
    for name, resource in template["Resources"].items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            yield name, properties["PolicyDocument"]
        for policy in properties.get("Policies", []) if resource["Type"] == "AWS::IAM::Role" else []:
            yield f"{name}/{policy['PolicyName']}", policy["PolicyDocument"]


def actions(reference, pattern):
    """The names, in the reference's lower case, that a pattern stands for."""
    service, name = pattern.split(":")
    expression = re.compile(re.escape(name.lower()).replace(r"\*", ".*"))
    known = reference.get(service, {"Actions": {}})["Actions"]
    return service, [action for action in known if expression.fullmatch(action)]


def matches(reference, service, kinds, arn):
    """Whether an ARN can be one of these kinds of resource."""
    for kind in kinds:
        for form in reference[service]["Resources"][kind.lower()]["ARNFormats"]:
            form = re.sub(r"\$\{Partition\}", "aws", form)
            form = re.sub(r"\$\{(Region|Account)\}", "(\\\\*|[a-z0-9-]*)", form)
            if re.fullmatch(form, arn):
                return True
    return False


def problems(reference, place, statement, used):
    resources = [text(resource) for resource in statement["Resource"]]
    for pattern in statement["Action"]:
        service, found = actions(reference, pattern)
        if not found:
            yield f"{place}: IAM knows no action {pattern}"
        for action in found:
            kinds = reference[service]["Actions"][action].get("Resources", [])
            narrow = [resource for resource in resources if resource not in ("*", None)]
            if not kinds and narrow:
                if "*" not in pattern:
                    yield f"{place}: {pattern} can be allowed on * alone, not on {narrow[0]}"
            elif kinds and "*" in resources:
                used.add(pattern)
                if pattern not in WIDE:
                    yield f"{place}: {pattern} is allowed on *, and could be on {', '.join(kinds)}"
            elif kinds and narrow and "*" not in pattern:
                if not any(matches(reference, service, kinds, resource) for resource in narrow):
                    yield f"{place}: {pattern} is for {', '.join(kinds)}, not for {narrow[0]}"


def main(paths):
    reference = json.loads(REFERENCE.read_text())
    count = 0
    found = []
    used = set()
    for path in paths:
        for place, document in documents(json.loads(pathlib.Path(path).read_text())):
            for statement in document["Statement"]:
                if statement["Effect"] != "Allow":
                    continue
                count += len(statement["Action"])
                where = f"{pathlib.Path(path).parent.name}/{pathlib.Path(path).stem} {place}"
                found.extend(problems(reference, where, statement, used))
    found.extend(f"nothing allows {pattern} on *: take it off the list" for pattern in WIDE.keys() - used)
    for problem in found:
        print(problem)
    print(f"{count} allowed actions, {len(found)} problems")
    sys.exit(1 if found or not count else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
