"""A wrong answer and a student's own earlier values -> the values that it is right for: errors carried forward."""
