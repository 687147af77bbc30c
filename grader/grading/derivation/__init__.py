"""A document's chains -> the parts they answer, the line of each that counts, and what was not used."""
