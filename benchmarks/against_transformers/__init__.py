"""The parts of `benchmarks/asking.py`: what is asked, by both ways."""
