"""What is in a frame: detector and its backends, weights, tracker, attributes."""
