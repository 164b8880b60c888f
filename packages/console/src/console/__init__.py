"""What all commands share: exit codes, errors in one line, safe text, tables and files."""
