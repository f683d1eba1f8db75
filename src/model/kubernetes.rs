//! EKS clusters, their managed node groups and their Fargate profiles.
//!
//! Source: the Amazon EKS API reference.

use super::resource::resource;

resource! {
    /// An EKS cluster.
    EksCluster: "AWS::EKS::Cluster" in eks_clusters {
        /// The Kubernetes version, such as `1.33`.
        version: Option<String>,
        /// `ACTIVE` when in use.
        status: Option<String>,
        /// The role that the control plane uses: key in `iam_roles`.
        role: Option<String>,
        /// The VPC.
        vpc_id: Option<String>,
        /// Subnets of the control plane's interfaces: keys in `subnets`.
        subnet_ids: Vec<String>,
        /// Security groups of the control plane's interfaces, the cluster's own
        /// among them: keys in `security_groups`.
        security_group_ids: Vec<String>,
        /// The security group that EKS made for the cluster, which its managed
        /// nodes carry too: key in `security_groups`.
        cluster_security_group_id: Option<String>,
        /// Whether the API endpoint is on the internet.
        endpoint_public_access: Option<bool>,
        /// Whether the API endpoint is reached inside the VPC.
        endpoint_private_access: Option<bool>,
        /// CIDR blocks that the public endpoint takes connections from.
        public_access_cidrs: Vec<String>,
        /// Control-plane logs that are on, such as `audit`.
        enabled_log_types: Vec<String>,
        /// The KMS key that secrets are enveloped with; null where none was
        /// given.
        secrets_kms_key_id: Option<String>,
    }
}

resource! {
    /// A managed node group of an EKS cluster.
    EksNodeGroup: "AWS::EKS::Nodegroup" in eks_node_groups {
        /// Key in `eks_clusters`.
        cluster: Option<String>,
        /// `ACTIVE` when in use.
        status: Option<String>,
        /// The role that the nodes use: key in `iam_roles`.
        node_role: Option<String>,
        /// Subnets of the nodes: keys in `subnets`.
        subnet_ids: Vec<String>,
        /// The launch template of the nodes: key in `launch_templates`; null
        /// where EKS makes one of its own.
        launch_template_id: Option<String>,
        /// The key pair that opens SSH on the nodes; null where none does.
        remote_access_key: Option<String>,
        /// Security groups that may use SSH: keys in `security_groups`. With a
        /// key pair and none of these EKS admits everyone.
        remote_access_security_group_ids: Vec<String>,
        /// How many nodes should run.
        desired_size: Option<i64>,
        /// `ON_DEMAND`, `SPOT` or `CAPACITY_BLOCK`.
        capacity_type: Option<String>,
    }
}

resource! {
    /// A Fargate profile of an EKS cluster: where the pods that it selects run.
    EksFargateProfile: "AWS::EKS::FargateProfile" in eks_fargate_profiles {
        /// Key in `eks_clusters`.
        cluster: Option<String>,
        /// `ACTIVE` when in use.
        status: Option<String>,
        /// The role by which pods are started: key in `iam_roles`.
        pod_execution_role: Option<String>,
        /// Subnets of the pods: keys in `subnets`. Without any, the private
        /// ones of the cluster.
        subnet_ids: Vec<String>,
    }
}
