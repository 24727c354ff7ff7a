"""Closer looks at single road users, while their frame is at hand: what a box does not tell."""
