"""The pages in docs/, walked: each command that they print is run, in their order, as they print it."""
