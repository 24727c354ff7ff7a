"""Motorbikes that ride together: the arithmetic of `group_riding`."""
