"""Settings and names: what a stack's configuration says."""
