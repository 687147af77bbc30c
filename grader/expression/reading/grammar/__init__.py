"""Tokens to the tree: rules of the grammar over one parser."""
