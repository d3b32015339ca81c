"""Who is it: ingest, profiles, identifiers, aliases, traits, the recent timeline, merge and split."""
