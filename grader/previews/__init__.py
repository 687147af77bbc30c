"""How answers are read, before anybody judges them: public forms, previews, blank sheets. Nothing is solved."""
