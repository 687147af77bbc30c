"""A solved part -> what every mistake would have given there; a wrong answer -> the mistakes that give it."""
