"""`python -m audit`."""

if __name__ == "__main__":
    from audit.cli import main

    main()
