"""What stack.toml asks for, read without any of the project's own code."""

import json
import pathlib
import re
import tomllib

# The documented defaults: editors complete keys from the same file.
SCHEMA = pathlib.Path(__file__).parent.parent / "stack.schema.json"

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def load(path):
    """The stack file with defaults filled in."""
    defaults = _defaults(json.loads(SCHEMA.read_text()))
    with open(path, "rb") as file:
        return _merge(defaults, tomllib.load(file))


def seconds(text):
    """A duration such as `1h`."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    return int(match[1]) * UNITS[match[2]]


def _defaults(schema):
    """The defaults of a table's keys. A table that requires a key is left out as a whole."""
    found = {}
    for key, declared in schema["properties"].items():
        if "default" in declared:
            found[key] = declared["default"]
        elif "properties" in declared and "required" not in declared:
            found[key] = _defaults(declared)
    return found


def _merge(defaults, given):
    merged = dict(defaults)
    for key, value in given.items():
        nested = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if nested else value
    return merged
