resource "aws_security_group" "load_balancer" {
  name        = "${var.name}-load-balancer"
  description = "Load balancer"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group" "service" {
  name        = "${var.name}-service"
  description = "Service"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "Database"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group" "cache" {
  name        = "${var.name}-cache"
  description = "Cache"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group_rule" "load_balancer_https" {
  type              = "ingress"
  security_group_id = aws_security_group.load_balancer.id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"]
  description       = "HTTPS"
}

resource "aws_security_group_rule" "load_balancer_http" {
  type              = "ingress"
  security_group_id = aws_security_group.load_balancer.id
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_blocks       = ["0.0.0.0/0"]
  description       = "Redirected to HTTPS"
}

resource "aws_security_group_rule" "load_balancer_to_service" {
  type                     = "egress"
  security_group_id        = aws_security_group.load_balancer.id
  protocol                 = "tcp"
  from_port                = 3000
  to_port                  = 3000
  source_security_group_id = aws_security_group.service.id
  description              = "The service"
}

resource "aws_security_group_rule" "service_from_load_balancer" {
  type                     = "ingress"
  security_group_id        = aws_security_group.service.id
  protocol                 = "tcp"
  from_port                = 3000
  to_port                  = 3000
  source_security_group_id = aws_security_group.load_balancer.id
  description              = "The load balancer"
}

resource "aws_security_group_rule" "service_to_aws" {
  type              = "egress"
  security_group_id = aws_security_group.service.id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"]
  description       = "AWS and partners"
}

resource "aws_security_group_rule" "service_to_database" {
  type                     = "egress"
  security_group_id        = aws_security_group.service.id
  protocol                 = "tcp"
  from_port                = 3306
  to_port                  = 3306
  source_security_group_id = aws_security_group.database.id
  description              = "Database"
}

resource "aws_security_group_rule" "service_to_cache" {
  type                     = "egress"
  security_group_id        = aws_security_group.service.id
  protocol                 = "tcp"
  from_port                = 6379
  to_port                  = 6379
  source_security_group_id = aws_security_group.cache.id
  description              = "Cache"
}

resource "aws_security_group_rule" "database_from_service" {
  type                     = "ingress"
  security_group_id        = aws_security_group.database.id
  protocol                 = "tcp"
  from_port                = 3306
  to_port                  = 3306
  source_security_group_id = aws_security_group.service.id
  description              = "The service"
}

resource "aws_security_group_rule" "cache_from_service" {
  type                     = "ingress"
  security_group_id        = aws_security_group.cache.id
  protocol                 = "tcp"
  from_port                = 6379
  to_port                  = 6379
  source_security_group_id = aws_security_group.service.id
  description              = "The service"
}

resource "aws_security_group_rule" "endpoints_from_service" {
  type                     = "ingress"
  security_group_id        = aws_security_group.endpoints.id
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
  source_security_group_id = aws_security_group.service.id
  description              = "The service"
}
