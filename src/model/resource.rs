//! What every resource has in common, and the macro that declares one.

use std::collections::BTreeMap;

/// The identity that every resource carries, whatever its source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Identity {
    /// The key of the resource in its collection: unique in a run. A live
    /// resource has its EC2-style id (`vpc-0a1`) or, where AWS gives none that
    /// is unique across accounts and regions, its ARN. A template's resource
    /// has `stack/LogicalId`; a plan's has its id if that is known, else its
    /// address (`module.db.aws_db_instance.main`).
    pub id: String,
    /// The Amazon Resource Name, where one is known.
    pub arn: Option<String>,
    /// The name a person gave it: AWS's name attribute, else the `Name` tag,
    /// else the logical id or address.
    pub name: Option<String>,
    /// The twelve digits of the owning account.
    pub account: Option<String>,
    /// The region; `None` for a global resource or where it is not known.
    pub region: Option<String>,
    /// Tags by key.
    pub tags: BTreeMap<String, String>,
}

/// The names that belong to a type of resource.
pub trait ResourceType {
    /// The CloudFormation type name, such as `AWS::EC2::VPC`.
    const TYPE: &'static str;
    /// The collection it lives in, such as `vpcs`.
    const COLLECTION: &'static str;
}

/// A resource of the model, of any type.
pub trait Resource: std::fmt::Debug + Send + Sync {
    /// The collection it lives in, such as `vpcs`.
    fn collection(&self) -> &'static str;
    /// The CloudFormation type name, such as `AWS::EC2::VPC`.
    fn resource_type(&self) -> &'static str;
    /// The key of the resource in its collection.
    fn id(&self) -> &str;
    /// The ARN, where known.
    fn arn(&self) -> Option<&str>;
    /// The name that people use for it, where known.
    fn name(&self) -> Option<&str>;
    /// The owning account, where known.
    fn account(&self) -> Option<&str>;
    /// The region, where known.
    fn region(&self) -> Option<&str>;
    /// Tags by key.
    fn tags(&self) -> &BTreeMap<String, String>;
    /// Collection and key.
    fn reference(&self) -> super::ResourceRef {
        super::ResourceRef::new(self.collection(), self.id())
    }
}

/// Declares a resource type: the identity fields, then its own.
macro_rules! resource {
    (
        $(#[$meta:meta])*
        $name:ident: $aws:literal in $collection:ident {
            $( $(#[$field_meta:meta])* $field:ident: $ty:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// The key of the resource in its collection.
            pub id: String,
            /// The Amazon Resource Name, where known.
            pub arn: Option<String>,
            /// The name that people use for it.
            pub name: Option<String>,
            /// The CloudFormation type name.
            pub r#type: String,
            /// The twelve digits of the owning account.
            pub account: Option<String>,
            /// The region; null for a global resource.
            pub region: Option<String>,
            /// Tags by key.
            pub tags: std::collections::BTreeMap<String, String>,
            $( $(#[$field_meta])* pub $field: $ty, )*
        }

        impl $name {
            /// An otherwise empty resource with this identity.
            pub fn new(identity: $crate::model::Identity) -> Self {
                Self {
                    id: identity.id,
                    arn: identity.arn,
                    name: identity.name.map($crate::model::mask::owned),
                    r#type: <Self as $crate::model::ResourceType>::TYPE.to_owned(),
                    account: identity.account,
                    region: identity.region,
                    tags: identity
                        .tags
                        .into_iter()
                        .map(|(key, value)| {
                            let value = $crate::model::mask::setting(&key, value);
                            (key, value)
                        })
                        .collect(),
                    ..Self::default()
                }
            }
        }

        impl $crate::model::ResourceType for $name {
            const TYPE: &'static str = $aws;
            const COLLECTION: &'static str = stringify!($collection);
        }

        impl $crate::model::Resource for $name {
            fn collection(&self) -> &'static str { stringify!($collection) }
            fn resource_type(&self) -> &'static str { $aws }
            fn id(&self) -> &str { &self.id }
            fn arn(&self) -> Option<&str> { self.arn.as_deref() }
            fn name(&self) -> Option<&str> { self.name.as_deref() }
            fn account(&self) -> Option<&str> { self.account.as_deref() }
            fn region(&self) -> Option<&str> { self.region.as_deref() }
            fn tags(&self) -> &std::collections::BTreeMap<String, String> { &self.tags }
        }
    };
}

/// Declares a plain value type that resources hold.
macro_rules! value {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$field_meta:meta])* $field:ident: $ty:ty ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $( $(#[$field_meta])* pub $field: $ty, )* }
    };
}

pub(crate) use {resource, value};
