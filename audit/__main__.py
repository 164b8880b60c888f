"""`python -m audit`."""

import sys

if __name__ == "__main__":
    try:
        from audit.cli import app
        from console.runner import run
    except KeyboardInterrupt:
        sys.exit(130)
    run(app, "python -m audit")
