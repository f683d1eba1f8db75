//! Template files, as subjects of their own.

use super::resource::{resource, value};
use super::secret::SecretValue;

value! {
    /// A property or parameter of a template that takes a credential.
    TemplateCredential {
        /// The logical id, resource address or parameter name.
        resource: String,
        /// The property, such as `MasterUserPassword`, or `Default`.
        property: String,
        /// What is known of its value.
        value: SecretValue,
    }
}

resource! {
    /// A template, plan or state file that was read.
    Template: "Template" in templates {
        /// `cloudformation`, `terraform-plan`, `terraform-state`, `kubernetes`.
        format: String,
        /// The file's path as it was given.
        path: String,
        /// Properties and parameter defaults that take a credential.
        credentials: Vec<TemplateCredential>,
    }
}
