"""The names of a report's figures."""

PARADIGMS = ("in-context", "fine-tuning")
# The figures that have a chart a paradigm.
BY_PARADIGM = (
    "transfer",
    "transfer-bars",
    "transfer-means",
    "directions",
    "priority",
    "robustness-resistance",
    "robustness-adopted",
    "robustness-accuracy",
)
