"""What can be done with audiences: their definitions, and their membership."""
