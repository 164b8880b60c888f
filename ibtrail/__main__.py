"""`python -m ibtrail`."""

from ibtrail import main

if __name__ == "__main__":
    main()
