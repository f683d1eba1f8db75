//! Lambda functions.
//!
//! Source: the AWS Lambda API reference.

use super::container::EnvironmentVariable;
use super::facts::ResourceAccess;
use super::identity::PolicyDocument;
use super::resource::{resource, value};

value! {
    /// A URL by which a function is called over HTTPS.
    FunctionUrl {
        /// The alias that it calls; null for the unpublished version.
        qualifier: Option<String>,
        /// `AWS_IAM`, or `NONE` where nobody has to sign in.
        auth_type: Option<String>,
    }
}

resource! {
    /// A Lambda function.
    LambdaFunction: "AWS::Lambda::Function" in lambda_functions {
        /// The runtime, such as `python3.13`; null for an image.
        runtime: Option<String>,
        /// `Zip` or `Image`.
        package_type: Option<String>,
        /// The role that it uses: key in `iam_roles`.
        role: Option<String>,
        /// Whether it is attached to a VPC; if not it runs in a network of
        /// AWS's own.
        in_vpc: Option<bool>,
        /// Subnets of its interfaces: keys in `subnets`.
        subnet_ids: Vec<String>,
        /// Security groups of its interfaces: keys in `security_groups`.
        security_group_ids: Vec<String>,
        /// Whether it may use IPv6 in dual-stack subnets.
        ipv6_allowed_for_dual_stack: Option<bool>,
        /// Plain environment variables.
        environment: Vec<EnvironmentVariable>,
        /// The KMS key of its environment; null for AWS's own.
        kms_key_id: Option<String>,
        /// `Active` or `PassThrough`.
        tracing_mode: Option<String>,
        /// URLs by which it is called.
        urls: Vec<FunctionUrl>,
        /// The policy of the function itself; null with no gap when there is
        /// none. It is not that of its versions and aliases.
        policy: Option<PolicyDocument>,
        /// Derived: whom the policy lets in.
        access: Option<ResourceAccess>,
        /// Keys and ARNs of its versions and aliases that the source declares.
        /// Each may have a policy of its own, which is not held.
        qualified: Vec<String>,
    }
}
