"""A wrong answer -> what seems to have happened: mal-rules, and what is right given the student's own values."""
