"""Pages of campaigns: building, watching, results, and what recipients see."""
