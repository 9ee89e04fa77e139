"""What the benchmarks share: figures, seconds, memory."""
