"""The parts of `benchmarks/fleet.py`: both ways of training and asking, and what is measured."""
