use super::*;

const POLICY: &str = include_str!("../../../policies/data/rds-private.rego");

/// A small policy in order, to break.
const BODY: &str = r#"
import data.audit.lib.ec2

bastions contains id if {
	some id, instance in ec2.instances
	ec2.is_bastion(instance)
}

deny contains finding if {
	some id, instance in input.rds_instances
	instance.publicly_accessible == true
	finding := {
		"subject": ["rds_instances", id],
		"message": "it is public",
		"evidence": [["rds_instances", id, "/publicly_accessible"]],
	}
}
"#;

#[test]
fn the_bundled_policies_are_in_order() {
    let diagnostics = check(&Bundle::embedded());
    let shown: Vec<String> = diagnostics.iter().map(show).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}

#[test]
fn mistakes_in_a_rule_are_found() {
    let cases = [
        ("in order", BODY.to_owned()),
        ("attribute", BODY.replace("instance.publicly_accessible", "instance.publicly_accesible")),
        (
            "negated attribute",
            BODY.replace("instance.publicly_accessible == true", "not instance.encryptd"),
        ),
        ("collection", BODY.replace("input.rds_instances", "input.rds_instance")),
        ("index", BODY.replace("instance.publicly", "input.rds_instances[id].publically")),
        ("profile", BODY.replace("== true", "== data.profile.log_retention")),
        (
            "nested",
            BODY.replace(
                "instance.publicly_accessible == true",
                "some g in input.security_groups; some r in g.ingress; r.cidr_ip4 == \"x\"",
            ),
        ),
        (
            "through a rule",
            format!(
                "{BODY}\ngroups contains g if some _, g in input.security_groups\n\nopen if {{\n\tsome g in groups\n\tg.ingres\n}}\n"
            ),
        ),
        (
            "through a function",
            format!("{BODY}\nf(vpc) := vpc.cidrs\n\nx contains f(vpc) if some vpc in input.vpcs\n"),
        ),
        ("through a comprehension", format!("{BODY}\nx := {{v.nme | some v in input.vpcs}}\n")),
        (
            "through a path of object.get",
            format!(
                "{BODY}\nx contains object.get(input, [\"vpcs\", id, \"nme\"], null) if some id, _ in input.vpcs\n"
            ),
        ),
        (
            "through object.get",
            format!("{BODY}\nx contains object.get(v, \"nme\", null) if some v in input.vpcs\n"),
        ),
        ("in every", format!("{BODY}\nx if every v in input.vpcs {{ v.nme == \"a\" }}\n")),
        (
            "function",
            BODY.replace("\tinstance.publicly", "\tstartwith(id, \"x\")\n\tinstance.publicly"),
        ),
        (
            "library function",
            BODY.replace("\tinstance.publicly", "\tec2.is_bastian(instance)\n\tinstance.publicly"),
        ),
        ("library", BODY.replace("data.audit.lib.ec2", "data.audit.lib.ec3")),
        ("unused import", format!("import data.audit.lib.text\n{BODY}")),
        (
            "import used for its name alone",
            format!(
                "import data.profile\nimport rego.v1\n{BODY}\nx contains p if some p in profile.admin_ports\n"
            ),
        ),
        ("arguments", BODY.replace("\tinstance.publicly", "\tstartswith(id)\n\tinstance.publicly")),
        ("clock", BODY.replace("== true", "== time.now_ns()")),
        ("unbound", BODY.replace("instance.publicly", "instanc.publicly")),
        (
            "unbound under not",
            BODY.replace(
                "\tinstance.publicly",
                "\tnot input.vpcs[vpc].id == \"x\"\n\tinstance.publicly",
            ),
        ),
        ("shadowed", format!("{BODY}\nx if some open in input.vpcs\n\nopen if true\n")),
        ("rule with a built-in name", format!("{BODY}\ncount := 1\n")),
        ("evidence collection", BODY.replace("[[\"rds_instances\"", "[[\"rds_instace\"")),
        ("evidence attribute", BODY.replace("/publicly_accessible", "/public_access")),
        ("evidence pointer", BODY.replace("/publicly_accessible", "publicly_accessible")),
        (
            "head without a value",
            format!(
                "{BODY}\nx[id] := f(vpc) if some id, vpc in input.vpcs\n\ny[id] contains input.vpcs[id] if some id, _ in input.vpcs\n\nz[id] := count({{f(vpc) | some vpc in input.vpcs}}) if some id, _ in input.vpcs\n\nf(vpc) := 1 if vpc.is_default\n"
            ),
        ),
        (
            "sets by key as a whole",
            format!(
                "{BODY}\nof[vpc] contains id if {{\n\tsome id, subnet in input.subnets\n\tvpc := subnet.vpc_id\n}}\n\nx if count(of) == 0\n\ny contains object.get(of, \"vpc\", set())\n\nz contains id if {{\n\tsome vpc, _ in of\n\tsome id in of[vpc]\n\tevery ids in of {{ ids == of[vpc] }}\n\tnot id in of[vpc]\n}}\n"
            ),
        ),
        ("no set", BODY.replace("deny contains finding if", "deny := finding if")),
        ("no deny", BODY.replace("deny", "violation")),
        ("syntax", BODY.replace("if {", "if (")),
    ];
    let shown: Vec<String> = cases
        .into_iter()
        .map(|(name, body)| format!("{name}\n{}", found(&policy(&header(), &body))))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn mistakes_in_the_metadata_are_found() {
    let cases = [
        ("id", "id: rds-x", "id: RDS x"),
        ("file", "id: rds-x", "id: rds-y"),
        ("package", "package audit.rds_x", "package audit.rdsx"),
        ("severity", "severity: critical", "severity: dire"),
        ("missing", "severity: critical", "#"),
        ("unknown key", "severity: critical", "severity: critical\n#   owner: me"),
        ("subject", "subject: [rds_instances, rds_clusters]", "subject: [rds_instancs]"),
        (
            "subject list",
            "subject: [rds_instances, rds_clusters]",
            "subject: [rds_instances.engine]",
        ),
        ("source", "sources: [live, cloudformation, terraform]", "sources: [pulumi]"),
        ("requires", "- subnets.public", "- subnets.publik"),
        ("framework", "aws-fsbp:", "fsbp:"),
        ("requirement", "\"AC-3\"", "\"AC3\""),
        ("requirement of another framework", "[\"CC6.1\"", "[\"SEC05-BP01\""),
        ("requirement twice", "[\"CC6.1\"", "[\"CC6.6\""),
        ("no requirements", "[\"SEC05-BP01\"]", "[]"),
        ("empty", "title: ", "title: \"\" #"),
    ];
    let shown: Vec<String> = cases
        .into_iter()
        .map(|(name, from, to)| {
            let header = header();
            assert!(header.contains(from), "{from}");
            format!("{name}\n{}", found(&policy(&header.replace(from, to), BODY)))
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn an_unfit_policy_is_left_out_and_the_rest_runs() {
    let directory = tempfile::tempdir().unwrap();
    let write =
        |name: &str, text: String| std::fs::write(directory.path().join(name), text).unwrap();
    write("rds-x.rego", policy(&header(), BODY));
    write(
        "rds-y.rego",
        policy(&header().replace("rds-x", "rds-y").replace("rds_x", "rds_y"), "deny :="),
    );
    let mut bundle = Bundle::embedded();
    let bundled = bundle.policies.len();
    bundle.add_paths(&[directory.path().to_path_buf()]);
    refuse_unfit(&mut bundle, false);
    assert_eq!(bundle.policies.len(), bundled + 1);
    assert!(bundle.policies.contains_key("rds-x"));
    assert_eq!(bundle.diagnostics.len(), 1);
    assert!(bundle.diagnostics[0].file.as_ref().unwrap().ends_with("rds-y.rego"));
}

#[test]
fn a_bundled_id_cannot_be_taken() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("rds-private.rego"), format!("{POLICY}\n")).unwrap();
    let mut bundle = Bundle::embedded();
    bundle.add_paths(&[directory.path().to_path_buf()]);
    assert!(bundle.diagnostics[0].message.contains("rds-private is already taken"));
    assert_eq!(bundle.policies["rds-private"].module.file, "data/rds-private.rego");
}

/// METADATA and package of a policy `rds-x`.
fn header() -> String {
    let end = POLICY.find("package ").unwrap();
    format!("{}package audit.rds_x\n", &POLICY[..end].replace("rds-private", "rds-x"))
}

fn policy(header: &str, body: &str) -> String {
    format!("{header}{body}")
}

/// What `text`, a user's policy, is refused for.
fn found(text: &str) -> String {
    let mut bundle = Bundle { libraries: Bundle::embedded().libraries, ..Bundle::default() };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("rds-x.rego");
    std::fs::write(&file, text).unwrap();
    bundle.add_paths(&[file]);
    refuse_unfit(&mut bundle, false);
    let prefix = format!("{}/", directory.path().display());
    bundle.diagnostics.iter().map(|d| format!("  {}\n", show(d).replace(&prefix, ""))).collect()
}

fn show(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.span.as_ref().map_or_else(
        || diagnostic.file.clone().unwrap_or_default(),
        |span| format!("{}:{}:{}", span.file, span.start_line, span.start_column),
    );
    let help = diagnostic.help.as_deref().unwrap_or_default();
    format!("{place}: {} ({help})", diagnostic.message)
}
