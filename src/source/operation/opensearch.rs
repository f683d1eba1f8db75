//! The calls for OpenSearch Service.

use super::operations;

operations! {
    LIST_DOMAIN_NAMES = "es:ListDomainNames" fills ["opensearch_domains"];
    DESCRIBE_DOMAINS = "es:DescribeDomains" fills ["opensearch_domains"];
}
