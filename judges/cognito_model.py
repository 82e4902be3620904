"""Compares what this project knows of Cognito's API with the model that botocore ships.

Three files are reduced from it: the inputs that the local stage checks, the members that the rollout
compares and writes back, and the regions that user pools can be in. `--fresh FOLDER` is where what they should be is left when they differ.
"""

import argparse
import json
import pathlib
import sys

import botocore
import botocore.loaders

FACTS = ("required", "members", "member", "key", "value", "enum", "min", "max", "pattern", "sensitive")
# Whose description goes with which update, and what the two call the same thing.
DOCUMENTS = {
    "userPool": ("UserPoolType", "UpdateUserPoolRequest", {"PoolName": "Name"}),
    "appClient": ("UserPoolClientType", "UpdateUserPoolClientRequest", {}),
}
# The service does not keep to its own model: a domain of one's own has dots.
# https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html
NOT_KEPT = {("DomainType", "pattern")}
# Which one is written, and no part of what is written.
IDENTIFIERS = {"UserPoolId", "ClientId"}


def shape_facts(shape):
    """What the local stage's checker reads of one shape."""
    facts = {"type": shape["type"]}
    for name in FACTS:
        value = shape.get(name)
        # Zero is a limit.
        if value is None or value is False or value == [] or value == {}:
            continue
        if name == "members":
            value = {member: reference["shape"] for member, reference in value.items()}
        elif name in ("member", "key", "value"):
            value = value["shape"]
        facts[name] = value
    if shape.get("document"):
        facts["type"] = "document"
    return facts


def reached(model, names):
    """The shapes that inputs are made of."""
    shapes, waiting = {}, list(names)
    while waiting:
        name = waiting.pop()
        if name in shapes:
            continue
        facts = shape_facts(model["shapes"][name])
        facts = {fact: facts[fact] for fact in facts if (name, fact) not in NOT_KEPT}
        shapes[name] = facts
        waiting.extend(facts.get("members", {}).values())
        waiting.extend(facts[part] for part in ("member", "key", "value") if part in facts)
    return shapes


def inputs(model, operations):
    """What `model.json` of the local stage should be."""
    wanted = {name: model["operations"][name]["input"]["shape"] for name in operations}
    return {"operations": wanted, "shapes": reached(model, wanted.values())}


def members(model):
    """What `cognito.json` of the rollout should be."""
    documents = {}
    for name, (description, update, names) in DOCUMENTS.items():
        writes = {names.get(member, member) for member in model["shapes"][update]["members"]}
        writes -= IDENTIFIERS
        reads = set(model["shapes"][description]["members"]) - writes
        documents[name] = {"reads": sorted(reads), "writes": sorted(writes)}
    return documents


def regions(endpoints):
    """What `cognito-regions.json` should be: those of the AWS that Alexa calls."""
    partition = next(each for each in endpoints["partitions"] if each["partition"] == "aws")
    known = partition["services"]["cognito-idp"]["endpoints"]
    return {"regions": sorted(name for name in known if name in partition["regions"])}


def lines(value):
    """JSON with an entry to a line, for whoever reads a difference."""
    parts = []
    for name, inner in value.items():
        if isinstance(inner, dict):
            entries = ",\n".join(
                f"{json.dumps(key)}: {json.dumps(inner[key])}" for key in sorted(inner)
            )
            parts.append(f"{json.dumps(name)}: {{\n{entries}}}")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(inner)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=pathlib.Path, required=True)
    parser.add_argument("--members", type=pathlib.Path, required=True)
    parser.add_argument("--regions", type=pathlib.Path, required=True)
    parser.add_argument("--fresh", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    loader = botocore.loaders.Loader()
    model = loader.load_service_model("cognito-idp", "service-2")
    committed = json.loads(arguments.inputs.read_text())
    wanted = {
        arguments.inputs: inputs(model, committed["operations"]),
        arguments.members: members(model),
        arguments.regions: regions(loader.load_data("endpoints")),
    }
    stale = []
    for path, fresh in wanted.items():
        known = json.loads(path.read_text())
        source = known.pop("source")
        if known == fresh:
            print(f"{path.name}: what botocore {botocore.__version__} says ({source})")
            continue
        source = (
            "Amazon Cognito user pools API 2016-04-18, as published in the service model of "
            f"botocore {botocore.__version__}"
        )
        arguments.fresh.mkdir(parents=True, exist_ok=True)
        target = arguments.fresh / path.name
        target.write_text(lines({"source": source, **fresh}))
        stale.append(f"{path} differs from botocore {botocore.__version__}; it should be {target}")
    if stale:
        sys.exit("\n".join(stale))


if __name__ == "__main__":
    main()
