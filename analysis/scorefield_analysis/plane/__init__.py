"""Complex Langevin: what walkers z = x + iy of a model with a complex action say, and whether to trust them."""
