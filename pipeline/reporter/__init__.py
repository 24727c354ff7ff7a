"""The person who reports: who they are stays with them, and goes to the police sealed."""
