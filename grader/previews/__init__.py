"""How answers are read, before anybody judges them: public forms of rubrics, previews, blank sheets. Nothing is solved."""
