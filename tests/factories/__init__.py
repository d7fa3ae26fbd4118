"""Plain factories: required fields and no surprise."""
