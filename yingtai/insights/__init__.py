"""What happened and why: the catalogue of metrics and the dashboards drawn from it."""
