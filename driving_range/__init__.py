"""A range to drive rules on: worlds in metres, known exactly, seen as the program sees them."""
