"""What other programs ask on this machine: one part, one text, and how it is read or graded."""
