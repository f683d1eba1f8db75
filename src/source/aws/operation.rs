//! The calls that a scan makes: the one table behind the collectors, the gaps
//! of what could not be read, and the IAM policy that a scan needs.

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

    /// What it fills, as collections with the JSON pointer of the attribute.
    pub fn filled(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.fills.iter().map(|fill| match fill.split_once('/') {
            Some((collection, path)) => (collection, format!("/{path}")),
            None => (*fill, String::new()),
        })
    }
}

/// Declares operations, and `OPERATIONS` with all of them. An operation whose
/// IAM action has another name says which it `needs`.
macro_rules! operations {
    ( $( $id:ident = $name:literal $( needs [ $( $permission:literal ),* ] )? fills [ $( $fill:literal ),* $(,)? ]; )* ) => {
        $(
            pub(super) const $id: $crate::source::aws::operation::Operation = $crate::source::aws::operation::Operation {
                name: $name,
                permissions: $crate::source::aws::operation::permissions!($name $( , $( $permission ),* )?),
                fills: &[ $( $fill ),* ],
            };
        )*
        /// The calls that this file makes.
        pub(super) const OPERATIONS: &[$crate::source::aws::operation::Operation] = &[ $( $id ),* ];
    };
}

macro_rules! permissions {
    ( $name:literal ) => { &[$name] };
    ( $name:literal, $( $permission:literal ),* ) => { &[ $( $permission ),* ] };
}

pub(super) use {operations, permissions};

/// Every operation that a scan may make, by name.
pub fn all() -> Vec<Operation> {
    let mut all: Vec<Operation> =
        super::TABLES.iter().flat_map(|table| table.iter().copied()).collect();
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
    fn attributes_that_operations_fill_are_in_the_schema() {
        let schema = crate::policy::schema::input();
        for operation in all() {
            for (collection, path) in operation.filled().filter(|(_, path)| !path.is_empty()) {
                let field = path.trim_start_matches('/').split('/').next().unwrap_or_default();
                let defined = schema.to_string().contains(&format!("\"{field}\""));
                assert!(defined, "{}: {collection}{path}", operation.name);
            }
        }
    }
}
