"""Writes of compliance: purposes and notices, consents, merges."""
