"""What a written name means: the declared quantity, its entries, a call, or a Problem."""
