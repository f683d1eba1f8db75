//! The frameworks whose requirements controls map to: the edition, where the
//! mapping comes from, and what a requirement's id looks like.

/// A framework, in one edition.
pub struct Framework {
    /// The id that metadata and reports use.
    pub id: &'static str,
    /// Its name and edition.
    pub title: &'static str,
    /// Where the ids and their mapping come from.
    pub source: &'static str,
    /// Ids of it, to show their form.
    pub examples: &'static str,
    well_formed: fn(&str) -> bool,
}

impl Framework {
    /// Whether `id` has the form of the framework's ids; not whether there is
    /// such a requirement.
    pub fn is_well_formed(&self, id: &str) -> bool {
        (self.well_formed)(id)
    }
}

/// The frameworks, by id.
pub const FRAMEWORKS: &[Framework] = &[
    Framework {
        id: "aws-fsbp",
        title: "AWS Foundational Security Best Practices v1.0.0",
        source: "https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html",
        examples: "EC2.19 or RDS.3",
        well_formed: is_security_hub,
    },
    Framework {
        id: "cis-aws-foundations-3.0",
        title: "CIS AWS Foundations Benchmark v3.0.0",
        source: CIS,
        examples: "1.14 or 2.1.4",
        well_formed: is_cis,
    },
    Framework {
        id: "cis-aws-foundations-5.0",
        title: "CIS AWS Foundations Benchmark v5.0.0",
        source: CIS,
        examples: "1.13 or 2.1.4",
        well_formed: is_cis,
    },
    Framework {
        id: "nist-800-53-r5",
        title: "NIST SP 800-53 Revision 5; a control stands for its enhancements",
        source: "https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference-nist-800-53.html",
        examples: "AC-6 or AC-6(10)",
        well_formed: is_nist,
    },
    Framework {
        id: "pci-dss-4.0",
        title: "PCI DSS v4.0.1, whose requirements have the numbers of v4.0",
        source: "https://docs.aws.amazon.com/securityhub/latest/userguide/pci-standard.html",
        examples: "1.3.1 or 8.3.10.1",
        well_formed: is_pci,
    },
    Framework {
        id: "soc2",
        title: "SOC 2: the Trust Services Criteria of 2017, points of focus of 2022",
        source: "https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022",
        examples: "CC6.1 or A1.2",
        well_formed: is_trust_services,
    },
    Framework {
        id: "well-architected",
        title: "AWS Well-Architected Framework",
        source: "https://docs.aws.amazon.com/wellarchitected/latest/framework/appendix.html",
        examples: "SEC05-BP01",
        well_formed: is_best_practice,
    },
];

const CIS: &str =
    "https://docs.aws.amazon.com/securityhub/latest/userguide/cis-aws-foundations-benchmark.html";

/// The control families of NIST SP 800-53 Revision 5.
const FAMILIES: [&str; 20] = [
    "AC", "AT", "AU", "CA", "CM", "CP", "IA", "IR", "MA", "MP", "PE", "PL", "PM", "PS", "PT", "RA",
    "SA", "SC", "SI", "SR",
];

/// The categories of the Trust Services Criteria.
const CRITERIA: [&str; 20] = [
    "CC1", "CC2", "CC3", "CC4", "CC5", "CC6", "CC7", "CC8", "CC9", "A1", "C1", "PI1", "P1", "P2",
    "P3", "P4", "P5", "P6", "P7", "P8",
];

const PILLARS: [&str; 6] = ["OPS", "SEC", "REL", "PERF", "COST", "SUS"];

/// The framework of that id.
pub fn framework(id: &str) -> Option<&'static Framework> {
    FRAMEWORKS.iter().find(|framework| framework.id == id)
}

fn is_security_hub(id: &str) -> bool {
    id.split_once('.').is_some_and(|(service, control)| {
        service.starts_with(|first: char| first.is_ascii_uppercase())
            && service.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && is_number(control)
    })
}

fn is_cis(id: &str) -> bool {
    are_numbers(id, 2, 3)
}

fn is_nist(id: &str) -> bool {
    id.split_once('-').is_some_and(|(family, rest)| {
        let (control, enhancement) = match rest.split_once('(') {
            Some((control, rest)) => (control, rest.strip_suffix(')').unwrap_or_default()),
            None => (rest, "1"),
        };
        FAMILIES.contains(&family) && is_number(control) && is_number(enhancement)
    })
}

/// Also those of the appendices, such as `A1.1.2`.
fn is_pci(id: &str) -> bool {
    are_numbers(id.strip_prefix('A').unwrap_or(id), 3, 4)
}

fn is_trust_services(id: &str) -> bool {
    id.split_once('.').is_some_and(|(category, criterion)| {
        CRITERIA.contains(&category) && are_numbers(criterion, 1, 1)
    })
}

fn is_best_practice(id: &str) -> bool {
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    id.split_once("-BP").is_some_and(|(question, practice)| {
        two_digits(practice)
            && PILLARS.iter().filter_map(|pillar| question.strip_prefix(pillar)).any(two_digits)
    })
}

/// Between `least` and `most` numbers with points between them.
fn are_numbers(text: &str, least: usize, most: usize) -> bool {
    text.split('.').all(is_number) && (least..=most).contains(&text.split('.').count())
}

/// A number from 1, without leading zeros; no framework counts beyond 999.
fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_their_framework() {
        let well_formed = [
            ("aws-fsbp", "EC2.19 S3.1 Opensearch.2 CloudTrail.5 EC2.181"),
            ("cis-aws-foundations-3.0", "1.4 1.16 2.1.4"),
            ("cis-aws-foundations-5.0", "1.13 5.1.1"),
            ("nist-800-53-r5", "AC-6 AC-6(10) SC-7(21) SI-13(5)"),
            ("pci-dss-4.0", "1.3.1 8.3.10.1 10.4.1.1 A1.1.2"),
            ("soc2", "CC6.1 A1.2 C1.1 PI1.5 P6.7 P8.1"),
            ("well-architected", "SEC05-BP01 OPS06-BP03 PERF05-BP02"),
        ];
        for (framework_id, ids) in well_formed {
            let framework = framework(framework_id).unwrap();
            for id in ids.split(' ').chain(framework.examples.split(" or ")) {
                assert!(framework.is_well_formed(id), "{framework_id} {id}");
            }
        }
    }

    #[test]
    fn misspelt_ids_have_not() {
        let misspelt = [
            ("aws-fsbp", "EC2 EC2.x EC2-19 ec2.19 EC2.019 EC2.19. .3 EC2.1.9"),
            ("cis-aws-foundations-3.0", "1 1.04 1.x v1.4 1.4.5.6 1..4 1,4"),
            ("nist-800-53-r5", "AC6 AC-06 AX-6 ac-6 AC-6(10 AC-6() AC-6(x) AC-6.10 AC-6(10)(a)"),
            ("pci-dss-4.0", "1.3 1.3.1.2.3 v4.0.1/1.3.1 1.3.x 01.3.1 B1.1.2"),
            ("soc2", "CC6 CC10.1 CC6-1 cc6.1 A2.1 P9.1 CC6.1.1 6.1"),
            ("well-architected", "SEC5-BP1 SEC05 SEC05-BP1 SECU05-BP01 SEC05-BP001 sec05-bp01"),
        ];
        for (framework_id, ids) in misspelt {
            for id in ids.split(' ').chain(["", " ", "é"]) {
                assert!(
                    !framework(framework_id).unwrap().is_well_formed(id),
                    "{framework_id} {id}"
                );
            }
        }
    }
}
