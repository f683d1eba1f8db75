//! The calls that a scan of an account makes: the one table behind the
//! collectors, the gaps of what could not be read or was not given, and the IAM
//! policy that a scan needs.

pub(super) mod cloudtrail;
pub(super) mod ec2_gateway;
pub(super) mod ec2_instance;
pub(super) mod ec2_network;
pub(super) mod ec2_security;
pub(super) mod ec2_transit_gateway;
pub(super) mod ecs;
pub(super) mod eks;
pub(super) mod elasticache;
pub(super) mod elasticloadbalancingv2;
pub(super) mod iam;
pub(super) mod kms;
pub(super) mod lambda;
pub(super) mod logs;
pub(super) mod opensearch;
pub(super) mod rds;
pub(super) mod s3;
pub(super) mod secretsmanager;
pub(super) mod session;
pub(super) mod sns;
pub(super) mod sqs;

/// The tables, one for each file that makes some of the calls.
const TABLES: &[&[Operation]] = &[
    cloudtrail::OPERATIONS,
    ec2_gateway::OPERATIONS,
    ec2_instance::OPERATIONS,
    ec2_network::OPERATIONS,
    ec2_security::OPERATIONS,
    ec2_transit_gateway::OPERATIONS,
    ecs::OPERATIONS,
    eks::OPERATIONS,
    elasticache::OPERATIONS,
    elasticloadbalancingv2::OPERATIONS,
    iam::OPERATIONS,
    kms::OPERATIONS,
    lambda::OPERATIONS,
    logs::OPERATIONS,
    opensearch::OPERATIONS,
    rds::OPERATIONS,
    s3::OPERATIONS,
    secretsmanager::OPERATIONS,
    session::OPERATIONS,
    sns::OPERATIONS,
    sqs::OPERATIONS,
];

/// An operation of the AWS API, what the caller needs for it, and what of the
/// model rests on its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Service prefix and name, such as `rds:DescribeDBInstances`.
    pub name: &'static str,
    /// The IAM actions that allow it. Source: the service authorization
    /// reference.
    pub permissions: &'static [&'static str],
    /// Collections (`vpcs`) or attributes (`vpcs/cidr_blocks`) that it fills.
    pub fills: &'static [&'static str],
}

impl Operation {
    /// The service's prefix, such as `rds`.
    pub fn service(&self) -> &'static str {
        self.name.split_once(':').map_or(self.name, |(service, _)| service)
    }

    /// The IAM actions as text.
    pub fn permission(&self) -> String {
        self.permissions.join(", ")
    }

    /// The command of the AWS CLI that makes the call, such as `aws elbv2
    /// describe-load-balancers`.
    pub fn command(&self) -> String {
        let service = match self.service() {
            "elasticloadbalancing" => "elbv2",
            "es" => "opensearch",
            "s3" if self.name.contains("AccountPublic") => "s3control",
            "s3" => "s3api",
            service => service,
        };
        let name = self.name.split_once(':').map_or(self.name, |(_, name)| name);
        format!("aws {service} {}", hyphenated(name))
    }

    /// What it fills, as collections with the JSON pointer of the attribute.
    pub fn filled(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.fills.iter().map(|fill| match fill.split_once('/') {
            Some((collection, path)) => (collection, format!("/{path}")),
            None => (*fill, String::new()),
        })
    }
}

/// `DescribeDBInstances` as the AWS CLI spells it: `describe-db-instances`.
fn hyphenated(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is_small = |at: usize| letters.get(at).is_some_and(|c| !c.is_ascii_uppercase());
    let mut found = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let starts_word = at > 0 && !is_small(at) && (is_small(at - 1) || is_small(at + 1));
        // The last of several capitals starts a word only before small letters.
        if starts_word && (is_small(at - 1) || at + 1 < letters.len()) {
            found.push('-');
        }
        found.push(letter.to_ascii_lowercase());
    }
    found
}

/// Declares operations, and `OPERATIONS` with all of them. An operation whose
/// IAM action has another name says which it `needs`.
macro_rules! operations {
    ( $( $id:ident = $name:literal $( needs [ $( $permission:literal ),* ] )? fills [ $( $fill:literal ),* $(,)? ]; )* ) => {
        $(
            pub(in crate::source) const $id: $crate::source::operation::Operation = $crate::source::operation::Operation {
                name: $name,
                permissions: $crate::source::operation::permissions!($name $( , $( $permission ),* )?),
                fills: &[ $( $fill ),* ],
            };
        )*
        /// The calls that this file makes.
        pub(super) const OPERATIONS: &[$crate::source::operation::Operation] = &[ $( $id ),* ];
    };
}

macro_rules! permissions {
    ( $name:literal ) => { &[$name] };
    ( $name:literal, $( $permission:literal ),* ) => { &[ $( $permission ),* ] };
}

use {operations, permissions};

/// Every operation that a scan may make, by name.
pub fn all() -> Vec<Operation> {
    let mut all: Vec<Operation> = TABLES.iter().flat_map(|table| table.iter().copied()).collect();
    all.sort_by_key(|operation| operation.name);
    all
}

/// The least IAM policy that a scan needs, as a JSON document.
///
/// Source: the IAM user guide, "Grammar of the IAM JSON policy language".
pub fn minimal_policy() -> serde_json::Value {
    let actions: std::collections::BTreeSet<&str> =
        all().iter().flat_map(|operation| operation.permissions.iter().copied()).collect();
    serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "AuditReadOnly",
            "Effect": "Allow",
            "Action": actions,
            "Resource": "*",
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    #[test]
    fn every_operation_only_reads_and_fills_what_the_model_has() {
        let all = all();
        assert!(all.len() > 60);
        for operation in &all {
            let name = operation.name.split_once(':').map(|(_, name)| name).expect("a prefix");
            let reads =
                ["Describe", "Get", "List", "Search"].iter().any(|verb| name.starts_with(verb));
            assert!(reads || name == "GenerateCredentialReport", "{} may write", operation.name);
            assert!(!operation.permissions.is_empty(), "{}", operation.name);
            for (collection, _) in operation.filled() {
                assert!(
                    Model::COLLECTIONS.contains(&collection),
                    "{}: {collection}",
                    operation.name
                );
            }
        }
        let mut names: Vec<&str> = all.iter().map(|operation| operation.name).collect();
        names.dedup();
        assert_eq!(names.len(), all.len(), "an operation stands in the table twice");
    }

    #[test]
    fn operations_are_commands_of_the_aws_cli() {
        let commands: Vec<String> = all().iter().map(Operation::command).collect();
        for command in [
            "aws ec2 describe-vpcs",
            "aws elbv2 describe-load-balancers",
            "aws iam get-account-authorization-details",
            "aws opensearch describe-domains",
            "aws rds describe-db-instances",
            "aws s3api list-buckets",
        ] {
            assert!(commands.iter().any(|found| found == command), "{command} in {commands:#?}");
        }
    }

    #[test]
    fn attributes_that_operations_fill_are_in_the_schema() {
        let schema = crate::policy::schema::INPUT;
        for operation in all() {
            for (collection, path) in operation.filled().filter(|(_, path)| !path.is_empty()) {
                let field = path.trim_start_matches('/').split('/').next().unwrap_or_default();
                let defined = schema.contains(&format!("\"{field}\""));
                assert!(defined, "{}: {collection}{path}", operation.name);
            }
        }
    }
}
