"""The administration's site and the doors into it: theme, sidebar, sign-in, roles.

Assembles only: which sections the sidebar lists, which role may do what, how a person signs in.
The pages of daily work stand in `erp.pages`; the rows belong to the packages below.
Publishes no events.
"""
