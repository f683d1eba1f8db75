# METADATA
# title: RDS databases refuse connections without TLS
# description: >-
#   Without this setting a client that forgets TLS sends its password and its
#   data in plain text, and nobody notices. Judged are the parameter groups that
#   databases use, and databases that name none and so have the engine's default
#   group; engines other than MySQL, MariaDB and PostgreSQL, and their Aurora
#   editions, are not judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.require-ssl.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mariadb-ssl-connections.require-ssl.html
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
# custom:
#   id: rds-tls
#   severity: medium
#   subject: [rds_parameter_groups, rds_cluster_parameter_groups, rds_instances, rds_clusters]
#   sources: [live, cloudformation, terraform]
#   requires:
#     - rds_parameter_groups.family
#     - rds_parameter_groups.parameters
#     - rds_cluster_parameter_groups.family
#     - rds_cluster_parameter_groups.parameters
#     - rds_instances.db_cluster
#     - rds_instances.engine
#     - rds_instances.parameter_groups
#     - rds_clusters.engine
#     - rds_clusters.parameter_group
#   architecture: ["+"]
#   remediation:
#     summary: Set require_secure_transport (MySQL, MariaDB) or rds.force_ssl (PostgreSQL) to 1 in a parameter group of your own and give it to the database.
#     cloudformation: |
#       Type: AWS::RDS::DBParameterGroup
#       Properties:
#         Family: mysql8.4
#         Description: TLS only
#         Parameters:
#           require_secure_transport: "1"
#     terraform: |
#       parameter {
#         name  = "require_secure_transport"
#         value = "1"
#       }
#     cli: |
#       aws rds modify-db-parameter-group --db-parameter-group-name NAME --parameters ParameterName=require_secure_transport,ParameterValue=1,ApplyMethod=immediate
#   frameworks:
#     aws-fsbp: ["RDS.44"]
#     nist-800-53-r5: ["SC-8", "SC-13"]
#     pci-dss-4.0: ["4.2.1"]
#     soc2: ["CC6.7"]
#     well-architected: ["SEC09-BP02"]
package audit.rds_tls

import data.audit.lib.rds
import data.audit.lib.rds_parameters
import data.audit.lib.text

# Groups in use: [collection, id] to the databases that use them, with the
# attribute that says so. A cluster's members have the setting of its group.
uses[subject] contains ["rds_instances", id, pointer] if {
	some id, instance in input.rds_instances
	not is_string(instance.db_cluster)
	some index, group in instance.parameter_groups
	subject := ["rds_parameter_groups", group]
	pointer := sprintf("/parameter_groups/%d", [index])
}

uses[subject] contains ["rds_clusters", id, "/parameter_group"] if {
	some id, cluster in input.rds_clusters
	cluster.parameter_group != null
	subject := ["rds_cluster_parameter_groups", cluster.parameter_group]
}

groups contains ["rds_parameter_groups", id, group] if some id, group in input.rds_parameter_groups

groups contains ["rds_cluster_parameter_groups", id, group] if some id, group in input.rds_cluster_parameter_groups

deny contains finding if {
	some [collection, id, group] in groups
	users := uses[[collection, id]]
	group.family != null
	[engine, version] := rds_parameters.parsed(group.family)
	parameter := rds_parameters.parameter(engine)
	not refuses_plain(group, parameter, engine, version)
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"%s is %s, expected 1; %d databases use the group",
			[parameter, setting(group, parameter), count(users)],
		),
		"evidence": array.concat(
			[
				[collection, id, sprintf("/parameters/%s", [parameter])],
				[collection, id, "/family"],
			],
			[user | some user in users],
		),
	}
}

refuses_plain(group, parameter, _, _) if rds_parameters.is_on(group.parameters[parameter])

refuses_plain(group, parameter, engine, version) if {
	not group.parameters[parameter]
	rds_parameters.default_on(engine, version)
}

setting(group, parameter) := group.parameters[parameter]

setting(group, parameter) := "not set" if not group.parameters[parameter]

# Databases whose parameter group is not in the model.
without_group contains ["rds_instances", id, instance, "/parameter_groups"] if {
	some ["rds_instances", id, instance] in rds.standalone
	known := [group | some group in instance.parameter_groups; input.rds_parameter_groups[group]]
	count(known) == 0
}

without_group contains ["rds_clusters", id, cluster, "/parameter_group"] if {
	some id, cluster in input.rds_clusters
	not input.rds_cluster_parameter_groups[cluster.parameter_group]
}

deny contains finding if {
	some [collection, id, database, pointer] in without_group
	parameter := rds_parameters.parameter(database.engine)
	not default_refuses_plain(database)
	finding := {
		"subject": [collection, id],
		"message": sprintf(
			"it names no parameter group, and %s is off in the default group of %s %s",
			[parameter, database.engine, text.shown(database.engine_version)],
		),
		"evidence": array.concat(
			[[collection, id, pointer], [collection, id, "/engine"], [collection, id, "/engine_version"]],
			rds.standalone_evidence(collection, id),
		),
	}
}

default_refuses_plain(database) if {
	database.engine_version != null
	version := [to_number(part) |
		some part in array.slice(split(database.engine_version, "."), 0, 2)
		regex.match(`^[0-9]+$`, part)
	]
	rds_parameters.default_on(database.engine, version)
}

applicable contains [collection, id] if {
	some [collection, id, group] in groups
	uses[[collection, id]]
	family_may_be_judged(group.family)
}

family_may_be_judged(family) if family == null

family_may_be_judged(family) if {
	family != null
	[engine, _] := rds_parameters.parsed(family)
	rds_parameters.parameter(engine)
}

applicable contains [collection, id] if {
	some [collection, id, database, _] in without_group
	may_be_judged(database.engine)
}

may_be_judged(engine) if engine == null

may_be_judged(engine) if rds_parameters.parameter(engine)

depends contains {"subject": subject, "on": [user[0], user[1]]} if {
	some subject, users in uses
	some user in users
}
