terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "3.39.0"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "cache_token" {
  type      = string
  sensitive = true
}
