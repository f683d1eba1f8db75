//! Protocols and sets of ports.

use super::ranges::Ranges;

/// An IP protocol as rules tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP, with ports.
    Tcp,
    /// UDP, with ports.
    Udp,
    /// ICMP for IPv4; its types stand for ports.
    Icmp,
    /// ICMP for IPv6; its types stand for ports.
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
}

/// A set of ports (of ICMP types, for ICMP).
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

    /// A range, both ends inclusive.
    pub fn range(first: u16, last: u16) -> Self {
        Self(Ranges::range(u128::from(first), u128::from(last)))
    }

    /// The ports of a rule, as AWS writes them: null or -1 is all; for ICMP
    /// the first number is the type.
    pub fn of_rule(protocol: Option<Protocol>, from: Option<i64>, to: Option<i64>) -> Self {
        let port = |value: i64| u16::try_from(value).ok();
        match protocol {
            Some(Protocol::Tcp | Protocol::Udp) => match (from, to) {
                (None | Some(-1), None | Some(-1)) => Self::all(),
                (Some(from), None | Some(-1)) => port(from).map_or_else(Self::none, Self::one),
                (from, Some(to)) => {
                    let first = from.unwrap_or(0).max(0);
                    let last = to.min(i64::from(Self::LAST));
                    match (port(first), port(last)) {
                        (Some(first), Some(last)) => Self::range(first, last),
                        _ => Self::none(),
                    }
                }
            },
            Some(Protocol::Icmp | Protocol::Icmpv6) => match from {
                None | Some(-1) => Self::all(),
                Some(kind) => port(kind).map_or_else(Self::none, Self::one),
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
