//! Derived facts: what the analysis writes into the model beside the facts it
//! derives them from. No source fills these.

use serde::{Deserialize, Serialize};

use super::resource::value;

/// A resource of the model by collection and key.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResourceRef {
    /// The collection, such as `rds_instances`.
    pub collection: String,
    /// The key in it.
    pub id: String,
}

impl ResourceRef {
    /// A reference to `id` in `collection`.
    pub fn new(collection: impl Into<String>, id: impl Into<String>) -> Self {
        Self { collection: collection.into(), id: id.into() }
    }
}

value! {
    /// Ports that are open to everyone, and the rules that together open them.
    OpenPorts {
        /// `IPv4` or `IPv6`.
        family: String,
        /// Protocol as in the rules: `tcp`, `udp`, `icmp`, `-1` …
        protocol: String,
        /// First port, 0 for all; for ICMP the first type.
        from_port: i64,
        /// Last port, 65535 for all; for ICMP the last type.
        to_port: i64,
        /// For ICMP: types and codes in words, such as `type 3 code 4`.
        icmp: Option<String>,
        /// Indexes of the rules (`ingress`, or `entries` of an ACL) that open
        /// it together.
        rules: Vec<usize>,
    }
}

value! {
    /// Where in a policy a grant stands.
    StatementRef {
        /// The collection of the resource that holds the policy.
        collection: String,
        /// Its key.
        id: String,
        /// JSON pointer (RFC 6901) of the statement in that resource, such as
        /// `/inline_policies/0/document/statements/1`.
        path: String,
    }
}

value! {
    /// What one policy grants, wildcards expanded by the action catalogue.
    PolicyGrants {
        /// Whether it allows every action on every resource, by effect.
        admin: Option<bool>,
        /// The statements that make it so.
        admin_statements: Vec<StatementRef>,
        /// Grants that are wider than they need be: a whole service, or a
        /// write or permission-management action on `*` that can be scoped.
        broad: Vec<BroadGrant>,
    }
}

value! {
    /// A grant that is wider than it need be.
    BroadGrant {
        /// `service-wildcard` or `unscoped-write`.
        kind: String,
        /// The statement.
        statement: StatementRef,
        /// Actions as the policy writes them.
        actions: Vec<String>,
        /// A few real actions that it grants, with their access level.
        examples: Vec<String>,
    }
}

value! {
    /// One step of a privilege-escalation path.
    EscalationStep {
        /// The method's id, such as `iam-passrole-ecs-runtask`.
        method: String,
        /// The principal that takes the step.
        from: ResourceRef,
        /// The principal whose rights it gains; null for administrator rights.
        to: Option<ResourceRef>,
        /// The permissions it uses, each with its statement.
        permissions: Vec<GrantedAction>,
        /// In words.
        description: String,
    }
}

value! {
    /// An action that a principal may take, and why.
    GrantedAction {
        /// The action, such as `iam:PassRole`.
        action: String,
        /// The resource it may be taken on.
        resource: String,
        /// The statements that allow it.
        statements: Vec<StatementRef>,
    }
}

value! {
    /// A path by which a principal gains administrator rights.
    Escalation {
        /// The steps in order.
        steps: Vec<EscalationStep>,
        /// Whether it holds only under conditions that are not known.
        conditional: bool,
    }
}

value! {
    /// What a principal may effectively do: identity policies, groups,
    /// boundary and, where known, organization policies taken together.
    EffectivePermissions {
        /// Whether it has every action on every resource.
        admin: Option<bool>,
        /// The statements that make it so.
        admin_statements: Vec<StatementRef>,
        /// The shortest known path to administrator rights, for one that does
        /// not have them already.
        escalations: Vec<Escalation>,
        /// Secrets that it may read: keys in `secrets`, or ARN patterns that
        /// reach beyond the secrets of the model.
        readable_secrets: Vec<GrantedAction>,
        /// Actions that an ECS agent or task has no need of: administrator
        /// rights, IAM writes, and writes or secret reads on `*`.
        excessive: Vec<GrantedAction>,
    }
}

value! {
    /// One way in which a trust or resource policy lets someone in.
    AccessGrant {
        /// The statement.
        statement: StatementRef,
        /// `everyone`, `account`, `federated`, `service` or `principal`.
        kind: String,
        /// The account, provider, service or ARN; `*` for everyone.
        principal: String,
        /// Actions as the policy writes them.
        actions: Vec<String>,
        /// Whether a condition restricts it to principals or networks that
        /// only trusted ones can present.
        restricted: Option<bool>,
    }
}

value! {
    /// Whom a resource policy lets in, by effect.
    ResourceAccess {
        /// Whether everyone (an anonymous or foreign principal) may take an
        /// action.
        public: Option<bool>,
        /// The grants that make it public.
        public_grants: Vec<AccessGrant>,
        /// Grants to other accounts by their ids.
        foreign_grants: Vec<AccessGrant>,
        /// Whether someone other than AWS services, the owner and its own
        /// principals may write (put, delete or change the policy).
        others_may_write: Option<bool>,
        /// The grants that let them.
        write_grants: Vec<AccessGrant>,
        /// Of a bucket: whether plain HTTP is denied for every principal and
        /// every object.
        denies_insecure_transport: Option<bool>,
    }
}

value! {
    /// What a role's trust policy amounts to.
    TrustFacts {
        /// Services that may assume it, such as `ecs-tasks.amazonaws.com`.
        services: Vec<String>,
        /// Grants to everyone, with no restricting condition.
        everyone: Vec<AccessGrant>,
        /// Grants to other accounts without an external id.
        foreign_without_external_id: Vec<AccessGrant>,
        /// OIDC grants that are not bound to a subject.
        oidc_without_subject: Vec<AccessGrant>,
    }
}

value! {
    /// One hop of a network path.
    Hop {
        /// The resource that lets the packet through; null for the internet or
        /// an address range outside the model.
        resource: Option<ResourceRef>,
        /// JSON pointer of the rule, route or attribute in that resource.
        path: Option<String>,
        /// In words, such as `ingress tcp 5432 from 0.0.0.0/0`.
        description: String,
    }
}

value! {
    /// One way to reach a resource over the network.
    NetworkPath {
        /// Where it starts: null for the internet.
        from: Option<ResourceRef>,
        /// The start in words: `internet`, a name, or an address range.
        from_label: String,
        /// Protocol, such as `tcp`, `icmp` or `-1`.
        protocol: String,
        /// First port that is reachable, 0 for all; for ICMP the first type.
        from_port: i64,
        /// Last port that is reachable, 65535 for all; for ICMP the last type.
        to_port: i64,
        /// For ICMP: types and codes in words, such as `type 3 code 4`.
        icmp: Option<String>,
        /// One packet that takes it, such as
        /// `203.0.113.7:32768 -> 10.0.1.60:5432/tcp`; an end that has any of
        /// several addresses is a CIDR block. Empty where none was made.
        #[serde(skip_serializing_if = "String::is_empty")]
        packet: String,
        /// The hops in order, the target last.
        hops: Vec<Hop>,
        /// What lets the answer through, where something stateless judges it.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        reply: Vec<Hop>,
    }
}

value! {
    /// What can reach a resource, by the path analysis.
    Reachability {
        /// The collection of the resource.
        collection: String,
        /// Its key.
        id: String,
        /// What it is to the architecture: `data`, `service`, `bastion`,
        /// `instance`, `load_balancer`, `cluster`, `other`.
        role: String,
        /// Whether a packet from the internet reaches it directly; null where a
        /// gap leaves that open.
        from_internet: Option<bool>,
        /// The direct paths from the internet.
        internet_paths: Vec<NetworkPath>,
        /// Paths from inside that reach its port, one for each kind of start.
        internal_paths: Vec<NetworkPath>,
        /// What internal starts the architecture does not foresee: for data,
        /// all but the service and the bastion; for a service, all but the
        /// application load balancer; for an instance, SSH from all but the
        /// bastion; for a bastion, SSH from addresses that nobody named, and
        /// anything else from the internet; for a Kubernetes cluster, the
        /// internet from addresses that nobody named.
        unexpected_paths: Vec<NetworkPath>,
        /// Facts that are missing, in words.
        unknown: Vec<String>,
        /// For each entry that was considered, the fact that stops it.
        refuted: Vec<String>,
    }
}

value! {
    /// What the analysis found of the whole.
    Analysis {
        /// Reachability by `<collection>/<id>`.
        reachability: std::collections::BTreeMap<String, Reachability>,
    }
}
