"""What can happen in a history. An act is a name and arguments that were drawn before it is done, so that the others
stay what they are when one is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from central.tests.sequences.world import World

Args = tuple[Any, ...]


@dataclass(frozen=True)
class Act:
    name: str
    args: Args


@dataclass(frozen=True)
class ActKind:
    """`weight`: how often, beside others. `words`: a format string over the arguments."""

    weight: int
    words: str
    draw: Callable[[Random], Args]
    do: Callable[..., None]


Table = dict[str, ActKind]


def drawn(everyday: Table, rare: Table, random: Random, count: int) -> list[Act]:
    """Each history has a few sorts of rare acts, and those often: all sorts at once hide each other."""
    chosen = random.sample(sorted(rare), k=min(len(rare), random.choice((1, 2, 3, 5, 8))))
    table = {**everyday, **{name: rare[name] for name in chosen}}
    names = list(table)
    weights = [table[name].weight for name in names]
    return [Act(name, table[name].draw(random)) for name in random.choices(names, weights, k=count)]


def words(table: Table, act: Act) -> str:
    return table[act.name].words.format(*act.args)


def do(table: Table, world: World, act: Act) -> None:
    """The act, and all that it leads to without time passing."""
    table[act.name].do(world, *act.args)
    world.turn()
