"""A map taken away: one HTML file with items, map and decoder, which works from disk."""
