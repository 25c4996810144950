"""Random sequences: boards, drivers and operators on a whole line in memory, and what must hold once all is quiet.

One seed makes one history. A history is a list of acts (acts.py) done to a world (world.py): posts with honest models
of engine and monitor, a bridge, a log in memory, and Central's own folds. Verdicts (verdicts.py) are properties with a
name. What fails is shrunk to its shortest acts and told as a story.

    python -m central.tests.sequences --runs 1000 --seed 1 --hostile
"""
