"""What a diffusion model of a lattice field made: samples, what was recorded along its processes, and the exact finish."""
