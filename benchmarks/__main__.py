"""``python -m benchmarks``: every measurement in one table; exit code 1 if a limit is broken."""

import sys

from benchmarks import reader, run_class, slips, startup
from benchmarks.table import print_table

sys.exit(print_table([*startup.measure(), *reader.measure(), *run_class.measure(), *slips.measure()]))
