"""The same items as multiple choice: isoglot's scores against lm-evaluation-harness.

Its `HFLM` sorts requests by length, pads them into batches of the largest size that it finds to
fit, and reads a context once where all its continuations are single tokens.
"""

import logging
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, ClassVar

from against_transformers.items import LABELS
from against_transformers.label_words import same_scores
from against_transformers.opening import Plain
from isoglot.core import Record
from isoglot.engines import Failure
from isoglot.engines.huggingface import HuggingFaceEngine, free_memory

CHOICES = tuple(f" {label}" for label in LABELS)
HOW_TO_INSTALL = "needs lm-eval: pip install -r benchmarks/requirements.txt"
MOST_ROWS = 64
"""The harness's own default."""


def can_be_measured() -> bool:
    """Whether the harness is installed."""
    return find_spec("lm_eval") is not None


class Choices(Record):
    """A task of multiple choice.

    Attributes:
        prompts: Items behind the same examples.
        places: Of those that the peer is asked: enough for a batch.
    """

    name: ClassVar[str] = "choices"
    quantity: ClassVar[str] = "seconds an item of multiple choice"
    peer_is: ClassVar[str] = "lm-evaluation-harness"
    target: ClassVar[float] = 5

    prompts: tuple[str, ...]
    places: tuple[int, ...]

    def ours(self, engine: HuggingFaceEngine) -> list[list[float] | Failure]:
        """By item, the log-likelihood of each choice."""
        found = engine.score(self.prompts, [CHOICES] * len(self.prompts))
        return [
            each if isinstance(each, Failure) else [score.log_probability for score in each]
            for each in found
        ]

    def peer(self, plain: Plain) -> Callable[[], list[list[float]]]:
        """The same by the harness, which first finds its batch size on the longest item."""
        from lm_eval.api.instance import Instance
        from lm_eval.models.huggingface import HFLM

        logging.getLogger("lm_eval").setLevel(logging.ERROR)
        asked = [self.prompts[place] for place in self.places]
        longest = max(asked, key=lambda prompt: len(plain.tokenizer(prompt).input_ids))
        n_tokens = len(plain.tokenizer(longest + max(CHOICES, key=len)).input_ids)
        harness = HFLM(
            pretrained=plain.model,
            tokenizer=plain.tokenizer,
            batch_size="auto",
            max_batch_size=min(len(asked), most_rows(plain.model, n_tokens)),
        )

        def scores(prompts: list[str]) -> list[list[float]]:
            requests = [
                Instance("loglikelihood", {}, (prompt, choice), number)
                for prompt in prompts
                for number, choice in enumerate(CHOICES)
            ]
            found = [score for score, _ in harness.loglikelihood(requests, disable_tqdm=True)]
            size = len(CHOICES)
            return [found[start : start + size] for start in range(0, len(found), size)]

        scores([longest])
        # Left at "auto", it would look for the size again at every call, and be timed at it.
        (harness.batch_size_per_gpu,) = harness.batch_sizes.values()
        return lambda: scores(asked)

    def alike(self, one: Any, other: Any, *, exact: bool) -> bool:
        """The same choice is best; in float32 the scores are the same, too."""
        return same_scores(one, other, exact=exact)


def most_rows(model: Any, n_tokens: int) -> int:
    """What the harness may begin with when it looks for the largest batch that fits.

    It looks for it by running out of memory. A GPU tells that; on a processor the system may end
    the program instead. There it gets half of what is free for its logits, which it has thrice.
    """
    if model.device.type == "cuda":
        return MOST_ROWS
    logits = model.get_output_embeddings().weight
    row = 3 * n_tokens * logits.shape[0] * logits.element_size()
    return max(1, min(MOST_ROWS, free_memory(model.device) // 2 // row))
