//! The references of what computes.

use super::linker::{Linker, each};
use super::{GROUPS, KEYS, ROLES, SUBNETS, VPCS};
use crate::model::{
    EcsService, EcsTaskDefinition, EksCluster, EksFargateProfile, EksNodeGroup, Instance,
    LambdaFunction, LaunchTemplate, Model, Volume,
};

/// Of instances, containers and functions.
pub fn compute(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |instance: &mut Instance, at| {
        at.one("/vpc_id", VPCS, &mut instance.vpc_id);
        at.one("/subnet_id", SUBNETS, &mut instance.subnet_id);
        at.all("/security_group_ids", GROUPS, &mut instance.security_group_ids);
        at.one(
            "/iam_instance_profile",
            &["iam_instance_profiles"],
            &mut instance.iam_instance_profile,
        );
        at.one("/launch_template_id", &["launch_templates"], &mut instance.launch_template_id);
        for mapping in &mut instance.block_device_mappings {
            at.spellings.one(&["volumes"], &mut mapping.volume_id);
            at.spellings.one(KEYS, &mut mapping.kms_key_id);
        }
    });
    each(linker, model, |template: &mut LaunchTemplate, at| {
        at.one("/subnet_id", SUBNETS, &mut template.subnet_id);
        at.all("/security_group_ids", GROUPS, &mut template.security_group_ids);
        at.one(
            "/iam_instance_profile",
            &["iam_instance_profiles"],
            &mut template.iam_instance_profile,
        );
    });
    each(linker, model, |volume: &mut Volume, at| {
        at.spellings.one(KEYS, &mut volume.kms_key_id);
        at.all("/instance_ids", &["instances"], &mut volume.instance_ids);
    });
    each(linker, model, |service: &mut EcsService, at| {
        at.one("/cluster", &["ecs_clusters"], &mut service.cluster);
        at.one("/task_definition", &["ecs_task_definitions"], &mut service.task_definition);
        at.all("/subnet_ids", SUBNETS, &mut service.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut service.security_group_ids);
        for (index, tie) in service.load_balancers.iter_mut().enumerate() {
            let path = format!("/load_balancers/{index}/target_group");
            at.one(&path, &["target_groups"], &mut tie.target_group);
        }
    });
    each(linker, model, |task: &mut EcsTaskDefinition, at| {
        at.one("/execution_role", ROLES, &mut task.execution_role);
        at.one("/task_role", ROLES, &mut task.task_role);
        for secret in task.containers.iter_mut().flat_map(|container| &mut container.secrets) {
            at.spellings.one(&["secrets"], &mut secret.value_from);
        }
    });
    kubernetes(linker, model);
    each(linker, model, |function: &mut LambdaFunction, at| {
        at.one("/role", ROLES, &mut function.role);
        at.all("/subnet_ids", SUBNETS, &mut function.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut function.security_group_ids);
        at.spellings.one(KEYS, &mut function.kms_key_id);
    });
}

pub fn kubernetes(linker: &mut Linker<'_>, model: &mut Model) {
    each(linker, model, |cluster: &mut EksCluster, at| {
        at.one("/role", ROLES, &mut cluster.role);
        at.one("/vpc_id", VPCS, &mut cluster.vpc_id);
        at.all("/subnet_ids", SUBNETS, &mut cluster.subnet_ids);
        at.all("/security_group_ids", GROUPS, &mut cluster.security_group_ids);
        at.one("/cluster_security_group_id", GROUPS, &mut cluster.cluster_security_group_id);
        at.spellings.one(KEYS, &mut cluster.secrets_kms_key_id);
    });
    each(linker, model, |profile: &mut EksFargateProfile, at| {
        at.one("/cluster", &["eks_clusters"], &mut profile.cluster);
        at.one("/pod_execution_role", ROLES, &mut profile.pod_execution_role);
        at.all("/subnet_ids", SUBNETS, &mut profile.subnet_ids);
    });
    each(linker, model, |group: &mut EksNodeGroup, at| {
        at.one("/cluster", &["eks_clusters"], &mut group.cluster);
        at.one("/node_role", ROLES, &mut group.node_role);
        at.all("/subnet_ids", SUBNETS, &mut group.subnet_ids);
        at.one("/launch_template_id", &["launch_templates"], &mut group.launch_template_id);
        at.all(
            "/remote_access_security_group_ids",
            GROUPS,
            &mut group.remote_access_security_group_ids,
        );
    });
}
