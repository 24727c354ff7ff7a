"""What makes a stop one that may not be, or excuses it: zones, queues, lights."""
