"""`python -m stenciltorch.cli`."""

import sys

from stenciltorch.cli import main

sys.exit(main())
