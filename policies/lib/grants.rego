# Findings on resource policies, from the derived `access` of a secret, key,
# bucket or domain.
package audit.lib.grants

# Everyone who gets in through a resource's policy: findings, without subject.
public(collection, id, access) := [{
	"message": "its policy lets everyone in",
	"evidence": [[collection, id, "/access/public"]],
}] if {
	access.public == true
	count(access.public_grants) == 0
}

public(collection, id, access) := [finding |
	access.public == true
	some grant in access.public_grants
	finding := {
		"message": sprintf("its policy lets everyone (%s) use %s", [grant.principal, concat(", ", grant.actions)]),
		"evidence": [
			[grant.statement.collection, grant.statement.id, grant.statement.path],
			[collection, id, "/access/public"],
		],
	}
] if {
	count(access.public_grants) > 0
}

# Accounts that get in and are not trusted by the profile.
foreign(collection, id, access) := [finding |
	some index, grant in access.foreign_grants
	not account_of(grant.principal) in trusted
	finding := {
		"message": sprintf("its policy lets the foreign %s use %s", [grant.principal, concat(", ", grant.actions)]),
		"evidence": [
			[grant.statement.collection, grant.statement.id, grant.statement.path],
			[collection, id, sprintf("/access/foreign_grants/%d", [index])],
		],
	}
]

trusted := {account | some account in data.profile.trusted_accounts}

# The account in an account id or ARN; any other principal stands for itself.
account_of(principal) := split(principal, ":")[4] if startswith(principal, "arn:")

account_of(principal) := principal if not startswith(principal, "arn:")
