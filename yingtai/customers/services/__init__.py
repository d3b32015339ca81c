"""What people and programs may do with profiles."""
