"""Homework: what a student answered, compared with what the engine computes."""
