"""Judges what the rollout deployed to ministack.

Reads it back, and tries every entry of judges/ministack-gaps.toml: each has to be needed.
"""

import argparse
import json
import pathlib
import sys
import time
import tomllib

import botocore.exceptions

import readback
import stackfile
import template_yaml

HERE = pathlib.Path(__file__).parent
SETTLED = ("_COMPLETE", "_FAILED")


def gaps():
    with open(HERE / "ministack-gaps.toml", "rb") as file:
        return tomllib.load(file)


def mentions(value, id_):
    """Whether a value refers to a resource."""
    if isinstance(value, dict):
        if value.get("Ref") == id_ or value.get("Fn::GetAtt", [None])[0] == id_:
            return True
        sub = value.get("Fn::Sub")
        if isinstance(sub, str) and (f"${{{id_}}}" in sub or f"${{{id_}." in sub):
            return True
        return any(mentions(item, id_) for item in value.values())
    if isinstance(value, list):
        return any(mentions(item, id_) for item in value)
    return False


def without(template, types):
    """The template without resources of some types and without what refers to them."""
    gone = [id_ for id_, it in template["Resources"].items() if it["Type"] in types]
    resources = {}
    for id_, resource in template["Resources"].items():
        if id_ in gone:
            continue
        depends = resource.get("DependsOn", [])
        depends = [depends] if isinstance(depends, str) else depends
        kept = {key: value for key, value in resource.items() if key != "DependsOn"}
        if left := [other for other in depends if other not in gone]:
            kept["DependsOn"] = left
        for other in gone:
            if mentions(kept, other):
                sys.exit(f"{id_} refers to {other}, which ministack cannot have")
        resources[id_] = kept
    outputs = {
        name: output
        for name, output in template.get("Outputs", {}).items()
        if not any(mentions(output, id_) for id_ in gone)
    }
    return {**template, "Resources": resources, "Outputs": outputs}


def deploys(cloudformation, name, template, parameters):
    """Whether ministack takes the template; if not, its words."""
    try:
        cloudformation.create_change_set(
            StackName=name,
            ChangeSetName="probe",
            ChangeSetType="CREATE",
            TemplateBody=json.dumps(template),
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM"],
        )
        for _ in range(200):
            change_set = cloudformation.describe_change_set(StackName=name, ChangeSetName="probe")
            if change_set["Status"].endswith(SETTLED):
                break
            time.sleep(0.05)
        if change_set["Status"] != "CREATE_COMPLETE":
            return False, change_set.get("StatusReason", change_set["Status"])
        cloudformation.execute_change_set(StackName=name, ChangeSetName="probe")
        for _ in range(200):
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            if stack["StackStatus"].endswith(SETTLED):
                break
            time.sleep(0.05)
    except botocore.exceptions.ClientError as error:
        return False, str(error)
    status = stack["StackStatus"]
    return status == "CREATE_COMPLETE", stack.get("StackStatusReason", status)


def probe_parameters(stacks, template, index):
    """The parameters of the stack that the template belongs to, for a stage of its own."""
    own = {"Stage": f"probe-{index}", "DomainPrefix": f"probe-{index}"}
    for stack in stacks:
        given = {item["ParameterKey"]: item["ParameterValue"] for item in stack["Parameters"]}
        if given.keys() == template["Parameters"].keys():
            given.update((name, value) for name, value in own.items() if name in given)
            return [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    sys.exit("a template belongs to neither stack; is it stale?")


def check_types(cloudformation, stack_names, templates):
    """Problems with the listed resource types: each has to be what a deployment stumbles over."""
    listed = [gap["name"] for gap in gaps().get("resource-type", [])]
    stacks = [
        cloudformation.describe_stacks(StackName=name)["Stacks"][0] for name in stack_names
    ]
    for index, name in enumerate(listed):
        having = [
            template
            for template in templates
            if name in (it["Type"] for it in template["Resources"].values())
        ]
        if not having:
            yield f"{name}: no template has it, take it off the list"
        for template in having:
            parameters = probe_parameters(stacks, template, index)
            probe = without(template, [other for other in listed if other != name])
            fine, words = deploys(cloudformation, f"probe-{index}", probe, parameters)
            print(f"probe of {name}: {words or 'deployed'}")
            if fine:
                yield f"{name}: ministack has it now, take it off the list"
            elif name not in words:
                yield f"{name}: the probe fails for another reason"


def check(arguments):
    endpoint, region = arguments.endpoint, arguments.region
    results = readback.read(
        endpoint,
        region,
        arguments.identity_stack,
        arguments.skill_stack,
        arguments.skill_id,
        stackfile.load(arguments.stack_file),
    )
    listed = {
        gap["name"]: gap["why"]
        for gap in gaps().get("check", [])
        if arguments.stack_file.endswith(gap.get("stack", ""))
    }
    problems = []
    for name, expected, found in results:
        right = expected == found
        if right and name in listed:
            problems.append(f"{name}: comes out right now, take it off the list")
        elif not right and name not in listed:
            problems.append(f"{name}: expected {expected!r}, found {found!r}")
        elif not right:
            print(f"known gap {name}: found {found!r} ({listed[name]})")
    known = {name for name, _, _ in results}
    problems += [f"{name}: no check is called so" for name in listed if name not in known]

    cloudformation = readback.client("cloudformation", endpoint, region)
    stack_names = [arguments.identity_stack, arguments.skill_stack]
    templates = [template_yaml.load(path) for path in arguments.template]
    problems += check_types(cloudformation, stack_names, templates)
    for problem in problems:
        print(problem)
    right = sum(expected == found for _, expected, found in results)
    print(f"read back from ministack with boto3: {right} of {len(results)} as on AWS")
    sys.exit(1 if problems else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    readback.add_arguments(parser)
    parser.add_argument("template", nargs="+", help="the committed templates")
    check(parser.parse_args())


if __name__ == "__main__":
    main()
