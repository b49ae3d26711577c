"""Run the command line as ``python -m jobcast``."""

from jobcast.cli.main import main

if __name__ == "__main__":
    main()
