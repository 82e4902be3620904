"""Judges what the rollout deployed to ministack.

Reads it back: every check of judges/ministack-gaps.toml has to come out wrong, and no other.
"""

import argparse
import pathlib
import sys
import tomllib

import readback
import stackfile

HERE = pathlib.Path(__file__).parent


def gaps():
    with open(HERE / "ministack-gaps.toml", "rb") as file:
        return tomllib.load(file)


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

    for problem in problems:
        print(problem)
    right = sum(expected == found for _, expected, found in results)
    print(f"read back from ministack with boto3: {right} of {len(results)} as on AWS")
    sys.exit(1 if problems else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    readback.add_arguments(parser)
    check(parser.parse_args())


if __name__ == "__main__":
    main()
