"""Channels: what each way to the police takes, made ready. Nothing here ever sends anything."""
