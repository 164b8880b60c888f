"""The delivery probe: a marked call, followed through every channel, and why it did not arrive."""
