"""One module a command: functions of plain values that return an exit code."""
