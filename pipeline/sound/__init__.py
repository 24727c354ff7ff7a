"""What is to be heard: horns, engines that are revved, bangs of an exhaust."""

from pipeline.sound.listen import listen

__all__ = ["listen"]
