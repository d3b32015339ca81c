"""What an operator sees of one machine: its processes, what waits, what failed, what grows."""
