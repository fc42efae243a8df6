"""This collection's training steps and generation beside those of other programs: `python -m benchmarks.peers`."""
