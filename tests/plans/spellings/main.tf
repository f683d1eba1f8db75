resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "main" }
}
resource "aws_subnet" "pub" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = element(["eu-west-1a", "eu-west-1b"], count.index)
}
resource "aws_internet_gateway" "igw" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route_table" "pub" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.igw.id
  }
}
resource "aws_route_table_association" "pub" {
  count          = 2
  subnet_id      = element(aws_subnet.pub.*.id, count.index)
  route_table_id = aws_route_table.pub.id
}
resource "aws_security_group" "lb" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "app" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.lb.id]
  }
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
    self        = true
  }
  ingress {
    from_port       = 9090
    to_port         = 9090
    protocol        = "tcp"
    security_groups = [aws_security_group.mon.id]
  }
}
resource "aws_security_group" "mon" {
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = toset(["10.0.0.0/8", "0.0.0.0/0"])
    content {
      from_port   = 22
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
}
resource "aws_security_group" "dyn_unknown" {
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = [aws_eip.e.public_ip]
    content {
      from_port   = 22
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = ["${ingress.value}/32"]
    }
  }
}
resource "aws_security_group" "dyn_unknown_all" {
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = aws_subnet.pub[0].owner_id == "1" ? ["0.0.0.0/0"] : []
    content {
      from_port   = 22
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
}
resource "aws_security_group" "attr" {
  vpc_id  = aws_vpc.main.id
  ingress = []
  egress = [{
    from_port = 0, to_port = 0, protocol = "-1", cidr_blocks = ["0.0.0.0/0"], description = "", ipv6_cidr_blocks = [], prefix_list_ids = [], security_groups = [], self = false
  }]
}
resource "aws_security_group" "unknown_cidr" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["${aws_eip.e.public_ip}/32"]
  }
  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["10.1.0.0/16"]
  }
}
resource "aws_eip" "e" {
  vpc = true
}
resource "aws_network_acl" "n" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = aws_subnet.pub.*.id
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 443
    to_port    = 443
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}
resource "aws_instance" "plain" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.pub[0].id
  root_block_device {
    volume_size = 20
  }
  ebs_block_device {
    device_name = "/dev/sdb"
    volume_size = 10
  }
  ebs_block_device {
    device_name = "/dev/sdc"
    volume_size = 10
    encrypted   = true
  }
}
resource "aws_instance" "groups" {
  ami                         = "ami-12345678"
  instance_type               = "t3.micro"
  subnet_id                   = aws_subnet.pub[1].id
  vpc_security_group_ids      = [aws_security_group.app.id, aws_security_group.mon.id]
  associate_public_ip_address = true
}
resource "aws_lb" "l" {
  internal = false
  subnets  = aws_subnet.pub[*].id
}
resource "aws_lb" "l2" {
  internal        = true
  security_groups = [aws_security_group.lb.id]
  dynamic "subnet_mapping" {
    for_each = aws_subnet.pub
    content {
      subnet_id = subnet_mapping.value.id
    }
  }
}
module "net" {
  for_each = toset(["a", "b"])
  source   = "./net"
  vpc_id   = aws_vpc.main.id
  n        = each.key == "a" ? 100 : 101
}
resource "aws_vpc_endpoint" "i" {
  vpc_id            = aws_vpc.main.id
  vpc_endpoint_type = "Interface"
  service_name      = "com.amazonaws.eu-west-1.sqs"
  subnet_ids        = values(module.net)[*].subnet
}

resource "aws_network_acl_rule" "default" {
  network_acl_id = aws_vpc.main.default_network_acl_id
  rule_number    = 5
  protocol       = "tcp"
  rule_action    = "deny"
  cidr_block     = "0.0.0.0/0"
  from_port      = 3389
  to_port        = 3389
}

resource "aws_instance" "default_group" {
  ami                    = "ami-12345678"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.pub[0].id
  vpc_security_group_ids = [aws_vpc.main.default_security_group_id]
}

resource "aws_security_group" "by_rule" {
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group_rule" "by_rule" {
  type              = "ingress"
  security_group_id = aws_security_group.by_rule.id
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = ["${aws_eip.e.public_ip}/32"]
}
