"""What each mistake makes of a solution: at one operator, in a formula, of the whole answer, of a shape."""
