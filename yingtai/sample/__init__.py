"""A simulated car group with known truth: the same every time, for demos, tests, screenshots and speed."""
