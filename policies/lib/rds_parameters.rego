# The parameter that makes an RDS engine refuse connections without TLS.
#
# Defaults: the RDS user guide, "Requiring SSL/TLS for all connections" (MySQL
# from 9.7, MariaDB from 11.8), and the PostgreSQL pages (RDS from 15, Aurora
# from 17).
package audit.lib.rds_parameters

on_values := {"1", "on", "true"}

is_mysql(engine) if {
	engine != null
	lower(engine) in {"mysql", "mariadb", "aurora", "aurora-mysql"}
}

is_postgres(engine) if {
	engine != null
	lower(engine) in {"postgres", "aurora-postgresql"}
}

# Engine and major version of a parameter group's family: `aurora-mysql8.0` is
# ["aurora-mysql", [8, 0]]; undefined where the family is none of these.
parsed(family) := [engine, numbers] if {
	engine := trim_right(family, "0123456789.")
	version := substring(family, count(engine), -1)
	numbers := [to_number(part) | some part in split(version, "."); part != ""]
	count(numbers) > 0
}

parameter(engine) := "require_secure_transport" if is_mysql(engine)

parameter(engine) := "rds.force_ssl" if is_postgres(engine)

# The first version whose default is on, by engine.
default_on_from := {
	"mysql": [9, 7],
	"mariadb": [11, 8],
	"postgres": [15],
	"aurora-postgresql": [17],
}

default_on(engine, version) if version >= default_on_from[lower(engine)]

# Whether a value turns the parameter on.
is_on(value) if lower(value) in on_values
