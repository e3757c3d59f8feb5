"""The same command, for where no script is installed: ``python -m shimnb.runtime``."""

import sys

from shimnb.runtime.entrypoint import main

if __name__ == "__main__":
    sys.exit(main())
