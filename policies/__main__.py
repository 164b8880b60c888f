"""`python -m policies`."""

import sys

if __name__ == "__main__":
    try:
        from console.runner import run
        from policies.cli import app
    except KeyboardInterrupt:
        sys.exit(130)
    run(app, "python -m policies")
