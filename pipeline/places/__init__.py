"""What a position is called: commune and province from our own table, a road on consent."""
