"""To whom, with what, and did it help: campaigns, the send ledger, and results against a hold-out."""
