"""Judges stack.schema.json: stack files that are good are valid, and bad ones are not.

usage: stack_schema.py CASES, a folder with files that the tests of infra have read (`good`) and refused (`bad`).
"""

import json
import re
import sys
import tomllib
from pathlib import Path

from jsonschema import Draft7Validator

ROOT = Path(__file__).resolve().parent.parent


def examples():
    """The blocks of the pages that are stack files; what has no name gets one."""
    for page in [ROOT / "docs/stack.md", ROOT / "docs/identity.md", ROOT / "docs/add-an-option.md"]:
        blocks = re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL)
        for number, block in enumerate(blocks):
            yield f"{page.name}, block {number}", {"name": "guide"} | tomllib.loads(block)


def files(*patterns):
    """Stack files by their paths."""
    for folder, pattern in patterns:
        found = sorted(Path(folder).glob(pattern))
        if not found:
            sys.exit(f"no {pattern} in {folder}")
        for path in found:
            yield path.name, tomllib.loads(path.read_text())


def main():
    cases = Path(sys.argv[1])
    schema = json.loads((ROOT / "stack.schema.json").read_text())
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)
    ours = [(ROOT, "stack.toml"), (ROOT, "infra/presets/*.toml"), (ROOT, "judges/stacks/*.toml")]
    good = [*files(*ours, (cases, "good/*.toml")), *examples()]
    bad = list(files((cases, "bad/*.toml")))
    wrong = [f"{name} is refused: {error.message}" for name, file in good for error in validator.iter_errors(file)]
    wrong += [f"{name} is accepted" for name, file in bad if validator.is_valid(file)]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(good)} stack files accepted, {len(bad)} refused")


main()
