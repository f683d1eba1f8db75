variable "vpc_id" {}
variable "n" {}
resource "aws_subnet" "s" {
  vpc_id     = var.vpc_id
  cidr_block = "10.0.${var.n}.0/24"
}
resource "aws_route_table" "r" {
  vpc_id = var.vpc_id
}
resource "aws_route_table_association" "r" {
  subnet_id      = aws_subnet.s.id
  route_table_id = aws_route_table.r.id
}
output "subnet" {
  value = aws_subnet.s.id
}
