"""What could be right without knowing any fact."""

import pandas as pd


def relation_guess(table: pd.DataFrame) -> dict[str, float]:
    """By model, the share that knowing the answers of each relation, but not whose, gets right.

    It draws at random among the taught answers of the relation that it is asked about.

    With n facts of a relation that all have different answers it is 1 / n; the mean is over facts,
    then over the languages that were asked, which may have different facts.
    A share that is not above it shows that the kind of answer was learned, not the facts.

    Args:
        table: As `probe_table` makes it. Only facts that were taught count; a model that was taught
            none has no number.
    """
    taught = table[table["paradigm"] != "untaught"]
    return {str(model): _share_by_guessing(part) for model, part in taught.groupby("model")}


def _share_by_guessing(taught: pd.DataFrame) -> float:
    facts = taught.drop_duplicates(["asked", "fact"])
    same_answer = facts.groupby(["asked", "relation", "reference"])["fact"].transform("size")
    same_relation = facts.groupby(["asked", "relation"])["fact"].transform("size")
    return float((same_answer / same_relation).groupby(facts["asked"]).mean().mean())
