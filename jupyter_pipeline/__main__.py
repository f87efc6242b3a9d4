"""``python -m jupyter_pipeline``: the command line, in this interpreter."""

from jupyter_pipeline.cli import main

if __name__ == "__main__":
    main()
