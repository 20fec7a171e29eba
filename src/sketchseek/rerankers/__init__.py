"""Scores of (sketch, photo) pairs, for the shortlist that an encoder made: what can be done without torch."""
