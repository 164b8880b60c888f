"""`python -m audit`."""

import sys

if __name__ == "__main__":
    try:
        from audit.cli import main
    except KeyboardInterrupt:
        sys.exit(130)
    main()
