"""Policy documents as pure functions of names and ARNs."""
