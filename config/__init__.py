"""What a stack's configuration says, and every name that follows from it."""
