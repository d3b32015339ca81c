"""Protected values: keys per person, sealing, blind indexes, and the shapes identifiers are compared in."""
