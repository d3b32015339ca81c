"""The pages of audiences: showing them, building them, and what the builder asks while one types."""
