"""Writes of campaigns: drafting, deciding, sending, following people, links."""
