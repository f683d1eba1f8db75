resource "aws_db_subnet_group" "main" {
  name       = "${var.name}-database"
  subnet_ids = [aws_subnet.data_a.id, aws_subnet.data_b.id]
}

resource "aws_db_parameter_group" "main" {
  name   = "${var.name}-mysql84"
  family = "mysql8.4"

  parameter {
    name  = "require_secure_transport"
    value = "1"
  }

  parameter {
    name  = "slow_query_log"
    value = "1"
  }

  parameter {
    name  = "log_output"
    value = "FILE"
  }
}

resource "aws_db_option_group" "main" {
  name                 = "${var.name}-mysql84"
  engine_name          = "mysql"
  major_engine_version = "8.4"

  option {
    option_name = "MARIADB_AUDIT_PLUGIN"
  }
}

resource "aws_iam_role" "database_monitoring" {
  name = "${var.name}-database-monitoring"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "monitoring.rds.amazonaws.com"
        }
        Action = "sts:AssumeRole"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = local.account_id
          }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "database_monitoring" {
  role       = "${var.name}-database-monitoring"
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
  depends_on = [aws_iam_role.database_monitoring]
}

resource "aws_db_instance" "main" {
  identifier                          = var.name
  name                                = "orders"
  engine                              = "mysql"
  engine_version                      = "8.4.7"
  instance_class                      = "db.t4g.medium"
  allocated_storage                   = 50
  storage_type                        = "gp2"
  storage_encrypted                   = true
  kms_key_id                          = aws_kms_key.data.arn
  username                            = "admin_user"
  password                            = var.cache_token
  multi_az                            = true
  publicly_accessible                 = false
  db_subnet_group_name                = "${var.name}-database"
  vpc_security_group_ids              = [aws_security_group.database.id]
  parameter_group_name                = "${var.name}-mysql84"
  option_group_name                   = "${var.name}-mysql84"
  backup_retention_period             = 14
  backup_window                       = "01:00-01:30"
  maintenance_window                  = "sun:03:00-sun:03:30"
  auto_minor_version_upgrade          = true
  deletion_protection                 = true
  copy_tags_to_snapshot               = true
  final_snapshot_identifier           = "${var.name}-final"
  enabled_cloudwatch_logs_exports     = ["error", "slowquery", "audit"]
  monitoring_interval                 = 60
  monitoring_role_arn                 = aws_iam_role.database_monitoring.arn
  performance_insights_enabled        = true
  performance_insights_kms_key_id     = aws_kms_key.data.arn
  iam_database_authentication_enabled = true
  depends_on                          = [aws_db_subnet_group.main, aws_db_parameter_group.main, aws_db_option_group.main]
}

resource "aws_elasticache_subnet_group" "main" {
  name       = "${var.name}-cache"
  subnet_ids = [aws_subnet.data_a.id, aws_subnet.data_b.id]
}

resource "aws_elasticache_replication_group" "main" {
  replication_group_id          = var.name
  replication_group_description = "The service's cache"
  engine                        = "redis"
  engine_version                = "6.x"
  node_type                     = "cache.t4g.small"
  number_cache_clusters         = 2
  port                          = 6379
  automatic_failover_enabled    = true
  multi_az_enabled              = true
  subnet_group_name             = "${var.name}-cache"
  security_group_ids            = [aws_security_group.cache.id]
  at_rest_encryption_enabled    = true
  transit_encryption_enabled    = true
  kms_key_id                    = aws_kms_key.data.arn
  auth_token                    = var.cache_token
  snapshot_retention_limit      = 7
  snapshot_window               = "01:00-02:00"
  maintenance_window            = "sun:03:00-sun:04:00"
  auto_minor_version_upgrade    = true
  depends_on                    = [aws_elasticache_subnet_group.main]
}

resource "aws_route53_zone" "internal" {
  name = "${var.name}.internal"

  vpc {
    vpc_id = aws_vpc.main.id
  }
}

resource "aws_route53_record" "database" {
  zone_id = aws_route53_zone.internal.zone_id
  name    = "database"
  type    = "CNAME"
  ttl     = 60
  records = [aws_db_instance.main.address]
}

resource "aws_route53_record" "cache" {
  zone_id = aws_route53_zone.internal.zone_id
  name    = "cache"
  type    = "CNAME"
  ttl     = 60
  records = [aws_elasticache_replication_group.main.primary_endpoint_address]
}

