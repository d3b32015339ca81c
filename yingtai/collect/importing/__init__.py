"""Files become events: read any usual file, map its columns, report every line that could not be used. Pure."""
