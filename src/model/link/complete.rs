//! What the other end of a reference tells.

use std::collections::BTreeMap;

use crate::model::Model;

/// Fills in what the other end of a reference tells.
pub fn complete(model: &mut Model) {
    let subnet_vpc: BTreeMap<String, String> = model
        .subnets
        .iter()
        .filter_map(|(id, subnet)| Some((id.clone(), subnet.vpc_id.clone()?)))
        .collect();
    let vpc_of = |subnets: &[String]| subnets.iter().find_map(|id| subnet_vpc.get(id)).cloned();
    for group in model.rds_subnet_groups.values_mut() {
        group.vpc_id = group.vpc_id.take().or_else(|| vpc_of(&group.subnet_ids));
    }
    for group in model.elasticache_subnet_groups.values_mut() {
        group.vpc_id = group.vpc_id.take().or_else(|| vpc_of(&group.subnet_ids));
    }
    for balancer in model.load_balancers.values_mut() {
        balancer.vpc_id = balancer.vpc_id.take().or_else(|| vpc_of(&balancer.subnet_ids));
    }
    for gateway in model.nat_gateways.values_mut() {
        gateway.vpc_id = gateway.vpc_id.take().or_else(|| vpc_of(gateway.subnet_id.as_slice()));
    }
    for instance in model.instances.values_mut() {
        instance.vpc_id = instance.vpc_id.take().or_else(|| vpc_of(instance.subnet_id.as_slice()));
    }
    for interface in model.network_interfaces.values_mut() {
        interface.vpc_id =
            interface.vpc_id.take().or_else(|| vpc_of(interface.subnet_id.as_slice()));
    }
    for link in model.api_gateway_v2_vpc_links.values_mut() {
        link.vpc_id = link.vpc_id.take().or_else(|| vpc_of(&link.subnet_ids));
    }
    for cluster in model.eks_clusters.values_mut() {
        cluster.vpc_id = cluster.vpc_id.take().or_else(|| vpc_of(&cluster.subnet_ids));
        let own = cluster.cluster_security_group_id.as_ref();
        if let Some(group) = own.and_then(|id| model.security_groups.get_mut(id)) {
            group.vpc_id = group.vpc_id.take().or_else(|| cluster.vpc_id.clone());
        }
    }
    let members: Vec<(String, String)> = model
        .rds_instances
        .iter()
        .filter_map(|(id, instance)| Some((instance.db_cluster.clone()?, id.clone())))
        .collect();
    for (cluster, member) in members {
        if let Some(cluster) = model.rds_clusters.get_mut(&cluster)
            && !cluster.members.contains(&member)
        {
            cluster.members.push(member);
            cluster.members.sort();
        }
    }
}
