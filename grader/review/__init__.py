"""The review in the browser: what needs a person, decided once for all who wrote it, over one gradebook.

`local_server` answers on this machine alone, `guard` lets in who holds a token, `app` has the addresses; `waiting`
reads what waits from the gradebook, `groups` puts it together, and `deciding` writes what a person decides of what was
shown.
"""
