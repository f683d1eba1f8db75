# What computes in subnets that it names itself.
package audit.lib.computing

collections := {"ecs_services", "lambda_functions", "eks_node_groups", "eks_fargate_profiles"}
