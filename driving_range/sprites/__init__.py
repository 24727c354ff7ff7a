"""Pictures of our own vehicles from all around, and what renders them."""
