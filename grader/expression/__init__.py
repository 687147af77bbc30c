"""The language of the house: nodes, the allow-list of functions, two lexers, one parser, printers."""
