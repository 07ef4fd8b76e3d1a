"""Runs on a lattice at different values of a coupling."""
