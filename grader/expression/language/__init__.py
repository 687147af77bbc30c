"""The one expression type and the tables it draws on: nodes, functions, domains, declared names."""
