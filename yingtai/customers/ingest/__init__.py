"""From accepted events to profiles and lake rows, a set at a time; docs/algorithms/ingest.md tells how."""
