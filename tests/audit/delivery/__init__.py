"""The delivery probe."""
