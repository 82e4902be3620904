"""Reads CloudFormation templates by the rules of YAML 1.1, which is what CloudFormation does."""

import yaml


class Loader(yaml.SafeLoader):
    """PyYAML's YAML 1.1 reader, plus the short forms of intrinsic functions."""


def _construct(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        # A tagged scalar is text, whatever it looks like.
        argument = node.value
        if suffix == "GetAtt":
            argument = argument.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        argument = loader.construct_sequence(node, deep=True)
    else:
        argument = loader.construct_mapping(node, deep=True)
    return {name: argument}


Loader.add_multi_constructor("!", _construct)


def load(path):
    """The template at `path` with intrinsic functions in their long form."""
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)  # noqa: S506 - a SafeLoader
