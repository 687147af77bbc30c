"""Seeded mutations of answers, alone and as whole sheets, to every part of every rubric: nothing may raise."""
