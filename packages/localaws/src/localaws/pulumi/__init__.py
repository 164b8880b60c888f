"""What lets the real Pulumi engine drive the local AWS: provider, language host, and the engine itself."""
