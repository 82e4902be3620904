"""Compares templates, as a YAML 1.1 reader sees them, with the JSON of the same value.

Usage: yaml_judge.py YAML JSON [YAML JSON ...]
"""

import json
import sys

import template_yaml


def differences(read, meant, path="$"):
    """Every place where the two values differ, types included."""
    if type(read) is not type(meant):
        yield f"{path}: read {read!r}, meant {meant!r}"
    elif isinstance(meant, dict):
        for key in meant.keys() | read.keys():
            if key not in read:
                yield f"{path}.{key}: not there"
            elif key not in meant:
                yield f"{path}.{key!r}: not meant"
            else:
                yield from differences(read[key], meant[key], f"{path}.{key}")
    elif isinstance(meant, list):
        if len(read) != len(meant):
            yield f"{path}: read {len(read)} items, meant {len(meant)}"
        for index, (left, right) in enumerate(zip(read, meant)):
            yield from differences(left, right, f"{path}[{index}]")
    elif read != meant:
        yield f"{path}: read {read!r}, meant {meant!r}"


def count(value):
    """How many scalars a value has."""
    if isinstance(value, dict):
        return sum(map(count, value.values()))
    if isinstance(value, list):
        return sum(map(count, value))
    return 1


def main(arguments):
    if not arguments or len(arguments) % 2:
        sys.exit(__doc__)
    failed = False
    for yaml_path, json_path in zip(arguments[::2], arguments[1::2]):
        with open(json_path, encoding="utf-8") as file:
            meant = json.load(file)
        found = list(differences(template_yaml.load(yaml_path), meant))
        print(f"{yaml_path}: {count(meant)} values, {len(found)} read differently")
        for difference in found:
            print(f"  {difference}")
        failed = failed or bool(found)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
