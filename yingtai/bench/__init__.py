"""How fast it is, each time beside the bare operation of the same machine in the same run."""
