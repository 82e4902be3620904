"""What stack.toml asks for, read without any of the project's own code."""

import re
import tomllib

# The documented defaults of what the judges look at.
DEFAULTS = {
    "identity": {
        "sign-in": ["email"],
        "mfa": "off",
        "mfa-factors": [],
        "self-sign-up": True,
        "plan": "essentials",
        "pages": "managed-login",
        "issuer": "original",
        "tokens": {"access": "1h", "refresh": "3650d"},
    },
    "linking": {"scopes": ["openid", "email", "profile"], "grants": ["code"]},
    "lambda": {"memory": 256, "log-retention": "30d"},
}

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def load(path):
    """The stack file with defaults filled in."""
    with open(path, "rb") as file:
        return _merge(DEFAULTS, tomllib.load(file))


def seconds(text):
    """A duration such as `1h`."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    return int(match[1]) * UNITS[match[2]]


def _merge(defaults, given):
    merged = dict(defaults)
    for key, value in given.items():
        nested = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if nested else value
    return merged
