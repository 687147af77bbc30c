"""How tightly operators hold together, loosest first: one ladder for the parser that climbs it and for both printers.

``SUM < PRODUCT``: ``a + b c`` is ``a + (b c)``, and a sum that stands as a factor prints in brackets.
"""

from __future__ import annotations

# NOT covers conditions behind "not" as well; OPEN is a term that ends in an unbracketed sum, which would swallow any
# factor written behind it; the parser reads it with PRODUCT.
LOGIC, NOT, RELATION, SUM, SIGN, OPEN, PRODUCT, POWER, ATOM = range(9)
