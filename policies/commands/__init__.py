"""The commands of `python -m policies`: functions of plain values that return an exit code."""
