"""The options that the benchmarks share."""

import argparse

import torch

from against_peft.random_llama import SIZES


def parser_of(description: str, *, dtype: str) -> argparse.ArgumentParser:
    """A parser that knows the shared options.

    Args:
        description: What the benchmark is.
        dtype: The default of `--dtype`.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a slice, within five minutes")
    parser.add_argument("--threads", type=int, default=2, help="of the processor (default: 2)")
    parser.add_argument("--model", default="bundled/gemma-3-270m", help="a model string")
    parser.add_argument(
        "--dtype",
        choices=("auto", "float32", "bfloat16"),
        default=dtype,
        help="of the model, for both; auto is bfloat16 where the hardware computes in it "
        f"(default: {dtype})",
    )
    parser.add_argument(
        "--random-llama",
        nargs="?",
        const="8b",
        choices=SIZES,
        help="random weights in Llama 3.1's sizes, in bfloat16, on a CUDA device",
    )
    return parser


def refuse(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Ends the program where the shared options make no sense here."""
    if options.threads < 1:
        parser.error(f"--threads: {options.threads} is no number of threads; give 1 or more")
    if options.random_llama and not torch.cuda.is_available():
        parser.error(
            "--random-llama: needs a CUDA device, and torch finds none; leave it out to measure "
            "with a real model on this machine"
        )
