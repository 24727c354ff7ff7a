"""The commands of `dashcam`: each reads its options, calls one function, prints."""
