"""Expression to Expression: constructors, canonical forms, formulas found inside others."""
