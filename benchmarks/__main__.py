"""``python -m benchmarks``: every measurement in one table; exit code 1 if a limit is broken."""

import sys

from benchmarks import mutants, page_sizes, reader, run_class, slips, startup
from benchmarks.table import print_table

MEASURED = (startup, reader, page_sizes, run_class, slips, mutants)

sys.exit(print_table([row for item in MEASURED for row in item.measure()]))
