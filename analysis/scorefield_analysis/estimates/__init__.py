"""All estimates of a run under names, whatever its kind: for files of other programs, tables and single figures."""
