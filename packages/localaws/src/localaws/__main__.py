"""`python -m localaws`."""

import sys

if __name__ == "__main__":
    try:
        from console.runner import run
        from localaws.cli import app
    except KeyboardInterrupt:
        sys.exit(130)
    run(app, "python -m localaws")
