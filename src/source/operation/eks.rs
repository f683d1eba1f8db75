//! The calls for EKS.

use super::operations;

operations! {
    LIST_CLUSTERS = "eks:ListClusters"
        fills ["eks_clusters", "eks_node_groups", "eks_fargate_profiles"];
    DESCRIBE_CLUSTER = "eks:DescribeCluster" fills ["eks_clusters"];
    LIST_NODEGROUPS = "eks:ListNodegroups" fills ["eks_node_groups"];
    DESCRIBE_NODEGROUP = "eks:DescribeNodegroup" fills ["eks_node_groups"];
    LIST_FARGATE_PROFILES = "eks:ListFargateProfiles" fills ["eks_fargate_profiles"];
    DESCRIBE_FARGATE_PROFILE = "eks:DescribeFargateProfile" fills ["eks_fargate_profiles"];
}
