//! Protocols, and sets of ports or of ICMP's types and codes.

use super::ranges::Ranges;

/// An IP protocol as rules tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP, with ports.
    Tcp,
    /// UDP, with ports.
    Udp,
    /// ICMP for IPv4; types and codes stand for ports.
    Icmp,
    /// ICMP for IPv6; types and codes stand for ports.
    Icmpv6,
    /// Another protocol by its number, without ports.
    Other(u8),
}

/// A text that names no protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoProtocol;

impl Protocol {
    /// Reads a protocol as rules write it; `None` for `-1`, which is all.
    ///
    /// # Errors
    ///
    /// Where the text is neither a name nor a number of a protocol.
    pub fn parse(text: &str) -> Result<Option<Self>, NoProtocol> {
        Ok(Some(match text.trim().to_ascii_lowercase().as_str() {
            "-1" | "all" => return Ok(None),
            "tcp" | "6" => Self::Tcp,
            "udp" | "17" => Self::Udp,
            "icmp" | "1" => Self::Icmp,
            "icmpv6" | "58" => Self::Icmpv6,
            other => Self::Other(other.parse().map_err(|_| NoProtocol)?),
        }))
    }

    /// The name that rules use.
    pub fn name(self) -> String {
        match self {
            Self::Tcp => "tcp".to_owned(),
            Self::Udp => "udp".to_owned(),
            Self::Icmp => "icmp".to_owned(),
            Self::Icmpv6 => "icmpv6".to_owned(),
            Self::Other(number) => number.to_string(),
        }
    }

    /// Whether it has source and destination ports.
    pub const fn has_ports(self) -> bool {
        matches!(self, Self::Tcp | Self::Udp)
    }

    /// Whether it is ICMP, of IPv4 or of IPv6.
    pub const fn is_icmp(self) -> bool {
        matches!(self, Self::Icmp | Self::Icmpv6)
    }

    /// The type of an echo request and that of its reply (RFC 792, RFC 4443).
    pub const fn echo(self) -> Option<(u8, u8)> {
        match self {
            Self::Icmp => Some((8, 0)),
            Self::Icmpv6 => Some((128, 129)),
            _ => None,
        }
    }
}

/// A set of ports. For ICMP it is one of types and codes: each pair is the
/// number whose high byte is the type and whose low byte is the code, so that
/// sets of them are as exact as sets of ports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ports(Ranges);

impl Ports {
    /// The highest port.
    pub const LAST: u16 = u16::MAX;

    /// No port.
    pub const fn none() -> Self {
        Self(Ranges::empty())
    }

    /// Every port.
    pub fn all() -> Self {
        Self::range(0, Self::LAST)
    }

    /// One port.
    pub fn one(port: u16) -> Self {
        Self::range(port, port)
    }

    /// An ICMP type with one code, or with all of them.
    pub fn icmp(kind: u8, code: Option<u8>) -> Self {
        match code {
            Some(code) => Self::one(icmp_number(kind, code)),
            None => Self::range(icmp_number(kind, 0), icmp_number(kind, u8::MAX)),
        }
    }

    /// A range, both ends inclusive.
    pub fn range(first: u16, last: u16) -> Self {
        Self(Ranges::range(u128::from(first), u128::from(last)))
    }

    /// The ports of a rule, as AWS writes them: null or -1 is all; for ICMP
    /// the first number is the type and the second the code.
    ///
    /// Source: EC2 API reference, `IpPermission` and `IcmpTypeCode`.
    pub fn of_rule(protocol: Option<Protocol>, from: Option<i64>, to: Option<i64>) -> Self {
        let port = |value: i64| u16::try_from(value).ok();
        match protocol {
            Some(Protocol::Tcp | Protocol::Udp) => match (from, to) {
                (None | Some(-1), None | Some(-1)) => Self::all(),
                (Some(from), None) => port(from).map_or_else(Self::none, Self::one),
                // An end that is left open.
                (Some(from), Some(-1)) => {
                    port(from).map_or_else(Self::none, |from| Self::range(from, Self::LAST))
                }
                (from, Some(to)) => {
                    let first = from.unwrap_or(0).max(0);
                    let last = to.min(i64::from(Self::LAST));
                    match (port(first), port(last)) {
                        (Some(first), Some(last)) => Self::range(first, last),
                        _ => Self::none(),
                    }
                }
            },
            Some(Protocol::Icmp | Protocol::Icmpv6) => match (from, to) {
                (None | Some(-1), _) => Self::all(),
                (Some(kind), None | Some(-1)) => {
                    u8::try_from(kind).map_or_else(|_| Self::none(), |kind| Self::icmp(kind, None))
                }
                (Some(kind), Some(code)) => match (u8::try_from(kind), u8::try_from(code)) {
                    (Ok(kind), Ok(code)) => Self::icmp(kind, Some(code)),
                    _ => Self::none(),
                },
            },
            None | Some(Protocol::Other(_)) => Self::all(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is all of them.
    pub fn is_all(&self) -> bool {
        self.ranges().next() == Some((0, Self::LAST))
    }

    /// Whether a port is in it.
    pub fn contains(&self, port: u16) -> bool {
        self.0.contains(u128::from(port))
    }

    /// The ranges in order.
    pub fn ranges(&self) -> impl Iterator<Item = (u16, u16)> + '_ {
        let narrow = |value: u128| u16::try_from(value).unwrap_or(u16::MAX);
        self.0.iter().map(move |(first, last)| (narrow(first), narrow(last)))
    }

    /// The range that a port is in, or that port alone.
    pub fn range_of(&self, port: u16) -> (u16, u16) {
        self.ranges().find(|(first, last)| (*first..=*last).contains(&port)).unwrap_or((port, port))
    }

    /// One of a protocol's ports to tell of: the first, or for ICMP an echo
    /// request where there is one.
    pub fn example(&self, protocol: Protocol) -> Option<u16> {
        let echo = protocol.echo().map(|(request, _)| icmp_number(request, 0));
        let first = || self.ranges().next().map(|(first, _)| first);
        echo.filter(|echo| self.contains(*echo)).or_else(first)
    }

    /// A protocol's ports in words, such as ` 443`, ` type 8` or nothing where
    /// there are none to tell of.
    pub fn after(&self, protocol: Protocol) -> String {
        match protocol {
            Protocol::Tcp | Protocol::Udp => format!(" {self}"),
            Protocol::Icmp | Protocol::Icmpv6 if !self.is_all() => {
                let parts: Vec<String> =
                    self.ranges().flat_map(|(first, last)| icmp_words(first, last)).collect();
                format!(" {}", parts.join(", "))
            }
            _ => String::new(),
        }
    }

    /// Ports in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// Ports in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self(self.0.intersect(&other.0))
    }

    /// Ports in this but not in `other`.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        Self(self.0.subtract(&other.0))
    }

    /// Whether some port is in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.overlaps(&other.0)
    }
}

/// The number of an ICMP type and code in a set.
pub fn icmp_number(kind: u8, code: u8) -> u16 {
    u16::from_be_bytes([kind, code])
}

/// A range of ICMP types and codes in words: whole types together, and what is
/// left of the first and the last by code.
fn icmp_words(first: u16, last: u16) -> Vec<String> {
    let ([mut from, first_code], [mut to, last_code]) = (first.to_be_bytes(), last.to_be_bytes());
    let one = |kind: u8, first: u8, last: u8| match first == last {
        true => format!("type {kind} code {first}"),
        false => format!("type {kind} codes {first}-{last}"),
    };
    if from == to && (first_code, last_code) != (0, u8::MAX) {
        return vec![one(from, first_code, last_code)];
    }
    let mut words = Vec::new();
    if first_code != 0 {
        words.push(one(from, first_code, u8::MAX));
        from = from.saturating_add(1);
    }
    let mut end = None;
    if last_code != u8::MAX {
        end = Some(one(to, 0, last_code));
        to = to.saturating_sub(1);
    }
    match from.cmp(&to) {
        std::cmp::Ordering::Less => words.push(format!("types {from}-{to}")),
        std::cmp::Ordering::Equal => words.push(format!("type {from}")),
        std::cmp::Ordering::Greater => {}
    }
    words.extend(end);
    words
}

impl std::fmt::Display for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_empty() {
            return write!(f, "no port");
        }
        if self.is_all() {
            return write!(f, "all ports");
        }
        for (index, (first, last)) in self.ranges().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            if first == last {
                write!(f, "{comma}{first}")?;
            } else {
                write!(f, "{comma}{first}-{last}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(from: i64, to: i64) -> Ports {
        Ports::of_rule(Some(Protocol::Icmp), Some(from), Some(to))
    }

    #[test]
    fn icmp_rules_are_sets_of_types_and_codes() {
        assert!(rule(-1, -1).is_all());
        assert!(Ports::of_rule(Some(Protocol::Icmpv6), None, None).is_all());
        assert_eq!(rule(8, -1), Ports::icmp(8, None));
        assert_eq!(rule(3, 4), Ports::icmp(3, Some(4)));
        assert!(rule(256, -1).is_empty() && rule(3, 256).is_empty());
        assert!(!rule(8, 0).overlaps(&rule(8, 1)));
        assert!(!rule(8, -1).overlaps(&rule(0, -1)));
    }

    #[test]
    fn icmp_sets_are_told_in_words() {
        let words = |set: &Ports| set.after(Protocol::Icmp);
        assert_eq!(words(&rule(-1, -1)), "");
        assert_eq!(words(&rule(8, -1)), " type 8");
        assert_eq!(words(&rule(3, 4)), " type 3 code 4");
        assert_eq!(words(&Ports::all().subtract(&rule(8, -1))), " types 0-7, types 9-255");
        let holes = Ports::all().subtract(&rule(8, 0)).subtract(&rule(255, 255));
        assert_eq!(
            words(&holes),
            " types 0-7, type 8 codes 1-255, types 9-254, type 255 codes 0-254"
        );
        let part = rule(3, -1).subtract(&rule(3, 0)).subtract(&rule(3, 255));
        assert_eq!(words(&part), " type 3 codes 1-254");
    }
}
