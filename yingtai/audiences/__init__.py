"""Which people: audiences as readable sentences, compiled to one query, with stored membership; RFM scores."""
