"""What a diffusion model of complex Langevin walkers made: samples, and what was recorded along its processes."""
