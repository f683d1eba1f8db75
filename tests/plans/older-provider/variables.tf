variable "name" {
  description = "Name of the service; it begins the names of its resources."
  type        = string
  default     = "orders"
}

variable "region" {
  description = "Region to deploy to."
  type        = string
  default     = "eu-west-1"
}

variable "domain_name" {
  description = "Host name that clients use."
  type        = string
  default     = "orders.example.com"
}

variable "zone_id" {
  description = "Route 53 zone in which the certificate proves the host name."
  type        = string
  default     = "Z0123456789EXAMPLE"
}

variable "image_tag" {
  description = "Tag of the image in the service's repository."
  type        = string
  default     = "1.4.2"
}
