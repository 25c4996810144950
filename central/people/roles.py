"""Who may what: the one table of roles and rights.

A right is what a person may do; a route of the API names the one it needs (central/api/access.py).
"""

DRIVER, OPERATOR, AUDITOR, ADMIN = "driver", "operator", "auditor", "admin"
ROLES = (DRIVER, OPERATOR, AUDITOR, ADMIN)
# Whom the sites that they serve bind: they see and do nothing at others. A driver is bound by what is his own.
OF_SITES = frozenset({OPERATOR, AUDITOR})

# What a right lets somebody do, as docs and refusals say it.
CHARGE = "charge"
SEE_OWN = "see_own"
MANAGE_OWN = "manage_own"
SEE_ALL = "see_all"
SERVE = "serve"
MANAGE_PEOPLE = "manage_people"
MANAGE_SITES = "manage_sites"
RIGHTS = {
    CHARGE: "ask for charges of one's own, and stop them",
    SEE_OWN: "see one's own charges and receipts",
    MANAGE_OWN: "change one's own password, contacts and tokens",
    SEE_ALL: "see everybody's charges and receipts",
    SERVE: "operate charge points",
    MANAGE_PEOPLE: "add people, and make and revoke tokens",
    MANAGE_SITES: "make and change sites, and put charge points on them",
}
OF_ROLE: dict[str, frozenset[str]] = {
    DRIVER: frozenset({CHARGE, SEE_OWN, MANAGE_OWN}),
    OPERATOR: frozenset({SEE_OWN, MANAGE_OWN, SEE_ALL, SERVE}),
    AUDITOR: frozenset({SEE_OWN, MANAGE_OWN, SEE_ALL}),
    ADMIN: frozenset({SEE_OWN, MANAGE_OWN, SEE_ALL, SERVE, MANAGE_PEOPLE, MANAGE_SITES}),
}

# What a token is for: some of its person's rights, so that one that only reads may lie in a script.
ALL, READ = "all", "read"
SCOPES = (ALL, READ)
_READING = frozenset({SEE_OWN, SEE_ALL})


def rights(role: str, scope: str) -> frozenset[str]:
    """Of a person with this role who shows a token of this scope."""
    of_role = OF_ROLE[role]
    return of_role if scope == ALL else of_role & _READING
