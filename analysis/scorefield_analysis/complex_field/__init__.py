"""Complex Langevin on a lattice: what chains of complexified fields say, and whether to trust them."""
