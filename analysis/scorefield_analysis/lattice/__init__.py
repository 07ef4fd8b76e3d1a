"""Reports and comparisons of ensembles on a lattice."""
