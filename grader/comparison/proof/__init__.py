"""What no floating-point noise can have made: balls that hold an answer and the truth at a point, for scalar models."""
