"""Stock: the variants with their numbers, and "why this number?" for each."""
