//! Sets of addresses, exact, as sorted disjoint ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};
use smallvec::{SmallVec, smallvec};

/// An address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V4, Self::V6];

    /// The last address, as a number.
    pub const fn last(self) -> u128 {
        match self {
            Self::V4 => u32::MAX as u128,
            Self::V6 => u128::MAX,
        }
    }

    /// `IPv4` or `IPv6`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }

    /// The address with number `value`.
    pub fn address(self, value: u128) -> IpAddr {
        match self {
            Self::V4 => IpAddr::V4(Ipv4Addr::from(u32::try_from(value).unwrap_or(u32::MAX))),
            Self::V6 => IpAddr::V6(Ipv6Addr::from(value)),
        }
    }
}

/// A set of addresses of one family: sorted, disjoint, not touching, both ends
/// inclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ranges(Few);

/// Most sets are one block, which then needs no allocation.
type Few = SmallVec<[(u128, u128); 1]>;

impl Ranges {
    /// No address.
    pub const fn empty() -> Self {
        Self(SmallVec::new_const())
    }

    /// Every address of a family.
    pub fn all(family: Family) -> Self {
        Self(smallvec![(0, family.last())])
    }

    /// One range, both ends inclusive; empty if they are the wrong way round.
    pub fn range(first: u128, last: u128) -> Self {
        if first > last { Self::empty() } else { Self(smallvec![(first, last)]) }
    }

    /// The set of some ranges in any order.
    pub fn of(mut ranges: Vec<(u128, u128)>) -> Self {
        ranges.retain(|(first, last)| first <= last);
        ranges.sort_unstable();
        let mut merged = Few::new();
        for (first, last) in ranges {
            match merged.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = (*end).max(last),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    /// The ranges in order.
    pub fn iter(&self) -> impl Iterator<Item = (u128, u128)> + '_ {
        self.0.iter().copied()
    }

    /// Whether there is no address in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lowest address.
    pub fn first(&self) -> Option<u128> {
        self.0.first().map(|(first, _)| *first)
    }

    /// The highest address.
    pub fn last(&self) -> Option<u128> {
        self.0.last().map(|(_, last)| *last)
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: u128) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= address);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, last)| address <= *last)
    }

    /// How many addresses there are, as near as a float tells.
    #[expect(clippy::cast_precision_loss, reason = "sizes are only compared by proportion")]
    pub fn size(&self) -> f64 {
        self.iter().map(|(first, last)| (last - first) as f64 + 1.0).sum()
    }

    /// Addresses in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return other.clone();
        }
        if other.is_empty() {
            return self.clone();
        }
        Self::of(self.0.iter().chain(&other.0).copied().collect())
    }

    /// Addresses in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let (mut one, mut two) = (self.iter().peekable(), other.iter().peekable());
        let mut common = Few::new();
        while let (Some(&a), Some(&b)) = (one.peek(), two.peek()) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                common.push((first, last));
            }
            if a.1 <= b.1 {
                one.next();
            } else {
                two.next();
            }
        }
        Self(common)
    }

    /// Whether some address is in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (mut one, mut two) = (self.iter().peekable(), other.iter().peekable());
        while let (Some(&a), Some(&b)) = (one.peek(), two.peek()) {
            if a.0.max(b.0) <= a.1.min(b.1) {
                return true;
            }
            if a.1 <= b.1 {
                one.next();
            } else {
                two.next();
            }
        }
        false
    }

    /// Addresses in this but not in `other`.
    #[must_use]
    pub fn subtract(&self, other: &Self) -> Self {
        let mut rest = Few::new();
        let mut holes = other.iter().peekable();
        for (mut first, last) in self.iter() {
            let mut open = true;
            while let Some(&(hole_first, hole_last)) = holes.peek() {
                if hole_last < first {
                    holes.next();
                    continue;
                }
                if hole_first > last {
                    break;
                }
                if hole_first > first {
                    rest.push((first, hole_first - 1));
                }
                if hole_last >= last {
                    open = false;
                    break;
                }
                first = hole_last + 1;
                holes.next();
            }
            if open && first <= last {
                rest.push((first, last));
            }
        }
        Self(rest)
    }

    /// Whether every address of `other` is in this.
    pub fn covers(&self, other: &Self) -> bool {
        other.subtract(self).is_empty()
    }

    /// The set as the fewest CIDR blocks, at most `limit` of them.
    pub fn cidrs(&self, family: Family, limit: usize) -> Vec<String> {
        let mut blocks = Vec::new();
        for (first, last) in self.iter() {
            let room = limit.saturating_sub(blocks.len());
            if room == 0 {
                break;
            }
            match (family.address(first), family.address(last)) {
                (IpAddr::V4(first), IpAddr::V4(last)) => blocks
                    .extend(Ipv4Subnets::new(first, last, 0).take(room).map(|net| net.to_string())),
                (IpAddr::V6(first), IpAddr::V6(last)) => blocks
                    .extend(Ipv6Subnets::new(first, last, 0).take(room).map(|net| net.to_string())),
                _ => {}
            }
        }
        blocks
    }
}

/// Reads a CIDR block, or a bare address as a block of one. Host bits count
/// for nothing, as with AWS.
pub fn parse_cidr(text: &str) -> Option<(Family, Ranges)> {
    let (family, first, last, _) = parse_prefix(text)?;
    Some((family, Ranges::range(first, last)))
}

/// As [`parse_cidr`], with the ends and the prefix length.
pub fn parse_prefix(text: &str) -> Option<(Family, u128, u128, u8)> {
    let text = text.trim();
    let net: IpNet = match text.parse() {
        Ok(net) => net,
        Err(_) => match text.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => IpNet::V4(Ipv4Net::from(address)),
            IpAddr::V6(address) => IpNet::V6(Ipv6Net::from(address)),
        },
    };
    Some(match net {
        IpNet::V4(net) => (
            Family::V4,
            u128::from(u32::from(net.network())),
            u128::from(u32::from(net.broadcast())),
            net.prefix_len(),
        ),
        IpNet::V6(net) => {
            (Family::V6, u128::from(net.network()), u128::from(net.broadcast()), net.prefix_len())
        }
    })
}

/// Addresses that no host of the internet has: private, shared, loopback,
/// link-local, multicast and reserved ones (IANA special-purpose registries).
const NOT_PUBLIC_V4: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
];

/// The addresses of the internet: IPv4 without the special-purpose ranges, and
/// IPv6's global unicast range (RFC 4291).
pub fn internet(family: Family) -> Ranges {
    match family {
        Family::V4 => {
            let holes = NOT_PUBLIC_V4
                .iter()
                .filter_map(|text| parse_prefix(text))
                .map(|(_, first, last, _)| (first, last))
                .collect();
            Ranges::all(Family::V4).subtract(&Ranges::of(holes))
        }
        Family::V6 => parse_cidr("2000::/3").map(|(_, ranges)| ranges).unwrap_or_default(),
    }
}

/// Whether a set is open to everyone: it has all addresses of the internet but
/// for a sixteenth at most, so that a rule that leaves out or denies a few
/// ranges does not hide what it opens.
pub fn is_everywhere(set: &Ranges, internet: &Ranges) -> bool {
    internet.subtract(set).size() * 16.0 <= internet.size()
}
