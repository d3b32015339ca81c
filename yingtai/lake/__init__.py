"""Where events live: Delta tables on disk or object storage, written exactly once, read inside a scope."""
