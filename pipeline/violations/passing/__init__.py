"""Who passes whom, on which side of the road's lines, and who comes towards them."""
