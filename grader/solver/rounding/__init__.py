"""How far numbers may lie from the exact ones where every line is rounded, as students work with a calculator."""
