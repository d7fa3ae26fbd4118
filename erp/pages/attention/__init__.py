"""What needs you: every open card, the worst first, each with its one button."""
