"""May we: purposes, notices, consent, and what each role may do."""
