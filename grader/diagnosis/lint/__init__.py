"""A solved rubric -> what its author should mend or may want to know, as Problems."""
