"""What was done to many at once in the last thirty days: who, to how many, what was refused, and the way back."""
