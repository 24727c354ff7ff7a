"""What the camera wrote: probing, frames, clock, GPS, and files joined to trips."""
