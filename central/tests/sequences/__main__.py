"""`python -m central.tests.sequences`: random histories until one fails, or all hold."""

import argparse
import logging
import sys

from central.tests.sequences.run import Tally, cores, play_many, shortest
from central.tests.sequences.verdicts import JUDGED

ACTS = 60


def main() -> int:
    asked = _arguments()
    logging.disable(logging.ERROR)  # of dead letters, alarms and planted mistakes, which are many here
    suites = [name for name in ("honest", "hostile") if getattr(asked, name)] or ["honest", "hostile"]
    tally = Tally()
    for suite in suites:
        for played in play_many(suite, range(asked.seed, asked.seed + asked.runs), asked.acts, asked.jobs):
            tally.add(played, frozenset(asked.verdict or JUDGED[suite]))
    for verdict, count in tally.failed.most_common():
        suite, seed = tally.first[verdict]
        print(f"\n{count} of {tally.runs} histories: {verdict} (--{suite} --seed {seed})")
        if not asked.brief:
            print("\n".join(shortest(suite, seed, asked.acts, verdict)))
    figures = f"runs={tally.runs} acts={tally.acts} wh={tally.wh} seed={asked.seed}"
    if not tally.failed:
        print(f"SEQUENCES OK {figures}")
        return 0
    suite, seed = next(iter(tally.first.values()))
    repeat = f"make sequences ARGS='--{suite} --runs 1 --seed {seed} --acts {asked.acts}'"
    print(f"SEQUENCES FAILED {figures} failed={dict(tally.failed.most_common())}; repeat: {repeat}")
    return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sequences", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="histories of each suite")
    parser.add_argument("--seed", type=int, default=1, help="of the first; the next has the next")
    parser.add_argument("--acts", type=int, default=ACTS, help="in each history")
    parser.add_argument("--jobs", type=int, default=cores(), help="processes")
    parser.add_argument("--honest", action="store_true", help="only honest boards")
    parser.add_argument("--hostile", action="store_true", help="only hostile ones")
    parser.add_argument("--verdict", action="append", help="judge by this one alone; may be given several times")
    parser.add_argument("--brief", action="store_true", help="tell no stories")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
