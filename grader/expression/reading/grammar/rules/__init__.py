"""One notation a file: a rule takes the parser at a token and returns the expression that begins there."""
