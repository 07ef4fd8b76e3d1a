"""Imported before numpy: on a busy machine two BLAS threads that wait for each other took 4 to 7 times as long."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
