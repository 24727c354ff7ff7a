"""Where one may not drive: over a line, against the traffic, on the shoulder, by a map."""
