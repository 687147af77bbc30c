"""Expression to values at sample points, and every way to read a product of arrays that fits their shapes."""
