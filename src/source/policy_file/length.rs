//! How long a policy may be, and of which characters.
//!
//! Only limits that no request can raise refuse a policy. Sources: the IAM user
//! guide, "IAM and AWS STS quotas" (characters; managed policies 6,144
//! characters, inline policies of a role 10,240, trust policies at most 8,192,
//! white space not counted); the AWS Organizations user guide, "Quotas and
//! service limits" (service control policies 10,240 characters, resource control
//! policies 5,120, of which the console removes white space between elements);
//! the AWS PrivateLink guide, "Control access to VPC endpoints using endpoint
//! policies" (20,480 characters).

use super::{Kind, Reader, Span};

impl Reader {
    /// Characters that IAM does not take.
    pub(super) fn characters(&mut self, file: &std::sync::Arc<str>, text: &str) {
        if !matches!(self.kind, Kind::Identity | Kind::Session | Kind::Trust) {
            return;
        }
        let taken = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
        for (line, number) in text.split('\n').zip(1_u32..) {
            let Some((character, column)) =
                line.chars().zip(1_u32..).find(|(character, _)| !taken(*character))
            else {
                continue;
            };
            let span = Span {
                file: file.clone(),
                start_line: number,
                start_column: column,
                end_line: number,
                end_column: column.saturating_add(1),
            };
            let code = u32::from(character);
            let message = format!("IAM takes no character beyond U+00FF, and here is U+{code:04X}");
            return self.error(&span, message, "write it as an escape, or leave it out");
        }
    }

    pub(super) fn length(&mut self, text: &str, at: &Span) {
        let (longest, length) = match self.kind {
            Kind::Trust => (8192, without_space(text)),
            Kind::ServiceControl => (10_240, compact(text)),
            Kind::ResourceControl => (5120, compact(text)),
            Kind::Endpoint => (20_480, compact(text)),
            Kind::Identity => return self.identity_length(without_space(text), at),
            // Those of resources have limits of their own. A session may be
            // given policies by name, whose length does not count.
            Kind::Resource | Kind::Session => return,
        };
        if length > longest {
            let message = format!(
                "{} has {longest} characters at most, and this one {length}",
                self.kind.words()
            );
            self.error(at, message, "divide it into several, or shorten it with wildcards");
        }
    }

    /// Policies of AWS's own are longer than those that customers may write.
    fn identity_length(&mut self, length: usize, at: &Span) {
        if length > 6144 {
            let message = format!(
                "the policy has {length} characters; a managed policy of your own has 6144 at most, inline policies of a role 10240 together"
            );
            self.warning(at, message, "divide it into several, or shorten it with wildcards");
        }
    }
}

/// How many characters there are without white space.
fn without_space(text: &str) -> usize {
    text.chars().filter(|character| !character.is_whitespace()).count()
}

/// How many characters there are without the white space between elements.
fn compact(text: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    let mut counted = |character: &char| {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        quoted || !character.is_whitespace()
    };
    text.chars().filter(|character| counted(character)).count()
}
