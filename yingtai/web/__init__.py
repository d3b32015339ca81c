"""The roof: settings, addresses, command line, supervisor, development mailbox."""
