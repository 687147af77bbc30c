"""Reverse mode on the declared program, Expression to Expression: a gradient is more of the same graph."""
