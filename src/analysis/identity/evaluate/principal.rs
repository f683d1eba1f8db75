//! Who makes a request, and by which of its names a statement names it.
//!
//! Source: the IAM user guide, "AWS JSON policy elements: Principal" and
//! "AWS JSON policy elements: NotPrincipal".

use std::collections::BTreeMap;

use super::formula::Formula;
use crate::model;

/// What kind of principal makes a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// An IAM user.
    User,
    /// An IAM role, whatever its session.
    Role,
    /// One session of an assumed role.
    RoleSession,
    /// A session that a user gave away with `GetFederationToken`.
    FederatedUser,
    /// The root user of an account.
    Root,
    /// An AWS service that calls in its own name.
    Service,
    /// An identity that a provider signed in and that assumes a role.
    Identity,
    /// Someone who is not signed in.
    #[default]
    Anonymous,
}

/// Who makes a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principal {
    /// What it is.
    pub kind: PrincipalKind,
    /// The account that it belongs to; `None` for services, identities from
    /// providers and anonymous requests.
    pub account: Option<String>,
    /// Its ARN; for a service its name, for an identity its provider.
    pub arn: String,
    /// Of a session: the ARN of the role, with its path.
    pub role_arn: Option<String>,
    /// Other names for it in policies: its key in a model.
    pub aliases: Vec<String>,
    /// Tags that `aws:PrincipalTag/…` is known to have; `None` where they are
    /// not known.
    pub tags: Option<BTreeMap<String, String>>,
}

/// By which name a statement names a principal. Which limits a grant is under
/// rests on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naming {
    /// By its account.
    Account,
    /// By the role whose session it is, or that it is; of a federated user by
    /// the user who gave the session away.
    Role,
    /// By itself: a user, a session, a federated user, a service, a provider.
    Itself,
    /// As everyone.
    Everyone,
}

impl Principal {
    /// Reads a principal as it is written: an ARN, an account, a service name,
    /// `anonymous` or `*`. `None` where it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "*" || text.eq_ignore_ascii_case("anonymous") {
            return Some(Self::default());
        }
        if is_account(text) {
            return Some(Self::root(text, "aws"));
        }
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, _, account, rest] = fields.as_slice() else {
            return is_service(text).then(|| Self {
                kind: PrincipalKind::Service,
                arn: text.to_owned(),
                ..Self::default()
            });
        };
        let (kind, name) = rest.split_once('/').unwrap_or((rest, ""));
        let of = |kind| Self {
            kind,
            account: Some((*account).to_owned()),
            arn: text.to_owned(),
            ..Self::default()
        };
        match (*service, kind) {
            ("iam", "root") if name.is_empty() => Some(Self::root(account, partition)),
            ("iam", "user") if !name.is_empty() => Some(of(PrincipalKind::User)),
            ("iam", "role") if !name.is_empty() => Some(of(PrincipalKind::Role)),
            ("iam", "oidc-provider" | "saml-provider") => {
                Some(Self { account: None, ..of(PrincipalKind::Identity) })
            }
            ("sts", "federated-user") if !name.is_empty() => Some(of(PrincipalKind::FederatedUser)),
            ("sts", "assumed-role") => {
                let (role, session) = name.split_once('/')?;
                let plain = format!("arn:{partition}:iam::{account}:role/{role}");
                (!role.is_empty() && !session.is_empty())
                    .then(|| Self { role_arn: Some(plain), ..of(PrincipalKind::RoleSession) })
            }
            _ => None,
        }
    }

    /// The root user of an account.
    pub fn root(account: &str, partition: &str) -> Self {
        Self {
            kind: PrincipalKind::Root,
            account: Some(account.to_owned()),
            arn: format!("arn:{partition}:iam::{account}:root"),
            ..Self::default()
        }
    }

    /// The role's ARN, of a role or of its session.
    pub fn role(&self) -> Option<&str> {
        match self.kind {
            PrincipalKind::Role => Some(&self.arn),
            PrincipalKind::RoleSession => self.role_arn.as_deref(),
            _ => None,
        }
    }

    /// Whether it is a role that an AWS service made for itself.
    pub fn is_service_linked(&self) -> bool {
        self.role().is_some_and(|arn| arn.contains(":role/aws-service-role/"))
    }

    /// By which name `written` names it, and on what that depends; `None`
    /// where it does not.
    pub fn named_by(&self, written: &model::Principal) -> Option<(Naming, Formula)> {
        let plainly = |naming| Some((naming, Formula::True));
        let value = written.value.as_str();
        match written.kind.as_str() {
            "*" => plainly(Naming::Everyone),
            "Service" => (self.kind == PrincipalKind::Service
                && (self.arn.eq_ignore_ascii_case(value) || value == "*"))
                .then_some((Naming::Itself, Formula::True)),
            "Federated" => (self.kind == PrincipalKind::Identity
                && (self.arn == value || self.aliases.iter().any(|alias| alias == value)))
            .then_some((Naming::Itself, Formula::True)),
            "CanonicalUser" => self.account.as_ref().map(|account| {
                let words = format!("the canonical user {value} stands for account {account}");
                (Naming::Account, Formula::other(words))
            }),
            _ if value == "*" => plainly(Naming::Everyone),
            _ => self.named_by_arn(value),
        }
    }

    fn named_by_arn(&self, value: &str) -> Option<(Naming, Formula)> {
        let account = self.account.as_deref()?;
        let plainly = |naming| Some((naming, Formula::True));
        if account_of_root(value) == Some(account) {
            return plainly(Naming::Account);
        }
        let known = self.arn == value || self.aliases.iter().any(|alias| alias == value);
        match self.kind {
            PrincipalKind::Root => None,
            PrincipalKind::Role => {
                if known {
                    return plainly(Naming::Role);
                }
                let session = Self::parse(value)?;
                let same = session.kind == PrincipalKind::RoleSession
                    && same_role(session.role(), self.role());
                same.then(|| (Naming::Itself, Formula::other(format!("the session is {value}"))))
            }
            PrincipalKind::RoleSession => {
                let of_role = self.aliases.iter().any(|alias| alias == value)
                    || self.role_arn.as_deref() == Some(value)
                    || (Self::parse(value)?.kind == PrincipalKind::Role
                        && same_role(self.role(), Some(value)));
                match (self.arn == value, of_role) {
                    (true, _) => plainly(Naming::Itself),
                    (false, true) => plainly(Naming::Role),
                    (false, false) => None,
                }
            }
            PrincipalKind::FederatedUser if !known => {
                // The session's name does not tell which user gave it away.
                let user = Self::parse(value)?;
                let may_be =
                    user.kind == PrincipalKind::User && user.account.as_deref() == Some(account);
                may_be.then(|| (Naming::Role, Formula::other(format!("the session is {value}'s"))))
            }
            _ => known.then_some((Naming::Itself, Formula::True)),
        }
    }

    /// Whether a `NotPrincipal` list leaves it out. Its account must be listed
    /// beside itself; of a role whose session is not listed, the documentation
    /// says only that AWS might validate the session too.
    pub fn excepted_by(&self, written: &[model::Principal]) -> Formula {
        let named: Vec<(Naming, Formula)> =
            written.iter().filter_map(|one| self.named_by(one)).collect();
        let by = |naming| {
            let found = named.iter().filter(|(found, _)| *found == naming);
            Formula::any(found.map(|(_, formula)| formula.clone()))
        };
        let listed = match self.kind {
            PrincipalKind::Role | PrincipalKind::RoleSession => {
                let words = "a session is excepted with its role";
                let session = by(Naming::Itself).or(Formula::other(words));
                Formula::all([by(Naming::Account), by(Naming::Role), session])
            }
            PrincipalKind::User | PrincipalKind::FederatedUser => {
                by(Naming::Account).and(by(Naming::Itself))
            }
            PrincipalKind::Root => by(Naming::Account),
            PrincipalKind::Service | PrincipalKind::Identity | PrincipalKind::Anonymous => {
                by(Naming::Itself)
            }
        };
        listed.or(by(Naming::Everyone))
    }
}

/// Whether two role ARNs are of one role: names are unique in an account, and
/// a session's ARN lacks the role's path.
fn same_role(a: Option<&str>, b: Option<&str>) -> bool {
    let parts = |arn: &str| {
        let fields: Vec<String> = arn.splitn(6, ':').map(str::to_owned).collect();
        let name = fields.get(5)?.rsplit('/').next()?.to_owned();
        Some((fields.get(4)?.clone(), name))
    };
    match (a.and_then(parts), b.and_then(parts)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// The account that an account id or the ARN of its root stands for.
pub fn account_of_root(value: &str) -> Option<&str> {
    if is_account(value) {
        return Some(value);
    }
    let fields: Vec<&str> = value.splitn(6, ':').collect();
    match fields.as_slice() {
        ["arn", _, "iam", _, account, "root"] => Some(account),
        _ => None,
    }
}

/// Twelve digits, or what stands for the account of a template.
pub fn is_account(text: &str) -> bool {
    text == super::OWN_ACCOUNT
        || (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A service principal's name, such as `lambda.amazonaws.com`.
fn is_service(text: &str) -> bool {
    let ends = [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal"];
    ends.iter().any(|end| text.strip_suffix(end).is_some_and(|name| !name.is_empty()))
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'<' | b'>')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws(value: &str) -> model::Principal {
        model::Principal { kind: "AWS".to_owned(), value: value.to_owned() }
    }

    #[test]
    fn a_session_has_the_names_of_itself_its_role_and_its_account() {
        let session =
            Principal::parse("arn:aws:sts::111122223333:assumed-role/app/one").unwrap_or_default();
        let naming = |value: &str| session.named_by(&aws(value)).map(|(naming, _)| naming);
        assert_eq!(naming("arn:aws:sts::111122223333:assumed-role/app/one"), Some(Naming::Itself));
        assert_eq!(naming("arn:aws:iam::111122223333:role/team/app"), Some(Naming::Role));
        assert_eq!(naming("111122223333"), Some(Naming::Account));
        assert_eq!(naming("*"), Some(Naming::Everyone));
        assert_eq!(naming("arn:aws:sts::111122223333:assumed-role/app/two"), None);
        assert_eq!(naming("arn:aws:iam::444455556666:role/app"), None);
    }

    #[test]
    fn not_principal_excepts_who_is_listed_with_the_account() {
        let user = Principal::parse("arn:aws:iam::111122223333:user/bob").unwrap_or_default();
        let arn = aws("arn:aws:iam::111122223333:user/bob");
        assert!(user.excepted_by(std::slice::from_ref(&arn)).is_false());
        assert!(user.excepted_by(&[arn, aws("111122223333")]).is_true());
        assert!(user.excepted_by(&[aws("111122223333")]).is_false());
    }

    #[test]
    fn what_is_no_principal_is_not_read() {
        for text in ["", "bob", "arn:aws:s3:::b", "arn:aws:iam::1:user/", "x y.amazonaws.com"] {
            assert!(Principal::parse(text).is_none(), "{text}");
        }
    }
}
