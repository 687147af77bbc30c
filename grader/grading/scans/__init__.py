"""What a scanner may have misread: re-readings of text that came from OCR of handwriting, and what they are worth."""
