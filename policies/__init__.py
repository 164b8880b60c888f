"""Policy documents, and the proof of what they allow."""
