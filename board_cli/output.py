"""What the commands print: a line, rows of facts, or JSON. What a board says cannot steer a terminal."""

import json
import sys
from collections.abc import Mapping


def clean(text: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def say(text: str) -> None:
    sys.stdout.write(f"{clean(text)}\n")


def tell(text: str) -> None:
    """Beside the output: what is going on, on stderr."""
    sys.stderr.write(f"{clean(text)}\n")


def print_json(value: object) -> None:
    sys.stdout.write(f"{json.dumps(value, indent=2)}\n")


def print_facts(facts: Mapping[str, object]) -> None:
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        say(f"{name.replace('_', ' '):{width}}  {value}")
