"""What the road and the camera are: ego-motion, painted lines, travelled ground."""
