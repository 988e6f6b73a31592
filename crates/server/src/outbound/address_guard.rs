//! Which addresses may be dialled.

use std::fmt::{self, Display};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A range of addresses, such as `10.0.0.0/8`; the bits after its prefix are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Which addresses may be dialled although they are not public.
///
/// As text: `none`, `all`, or addresses and networks with commas between: `10.1.0.0/16,127.0.0.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow(Allowed);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Allowed {
    All,
    Networks(Vec<Network>),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} {1}")]
pub struct NotANetwork(String, &'static str);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Network {
    Network { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix }
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Network {
    Network { address: IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), prefix }
}

/// IANA's special-purpose addresses that are not, or not meant to be, reached from everywhere.
const NOT_PUBLIC_V4: [Network; 16] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    // Link-local; 169.254.169.254 is where clouds keep a machine's credentials.
    v4(169, 254, 0, 0, 16),
    // Public by its number, but the same inside of every machine of one cloud.
    v4(168, 63, 129, 16, 32),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    // Relays into IPv6, given up.
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    // Multicast; reserved, with broadcast.
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];

/// All public addresses of IPv6 are in here: loopback, local, multicast and the old ways to embed an
/// IPv4 address are outside.
const GLOBAL_V6: Network = v6(0x2000, 0, 0, 3);
const NOT_PUBLIC_V6: [Network; 4] = [
    // Protocol assignments, among them Teredo, which embeds an IPv4 address.
    v6(0x2001, 0, 0, 23),
    v6(0x2001, 0xdb8, 0, 32),
    // 6to4: the IPv4 address in it may be any.
    v6(0x2002, 0, 0, 16),
    v6(0x3fff, 0, 0, 20),
];
/// Its last 32 bits are an IPv4 address, to which a gateway passes everything on.
const NAT64: Network = v6(0x64, 0xff9b, 0, 96);

impl Allow {
    pub const NONE: Self = Self(Allowed::Networks(Vec::new()));
    pub const ALL: Self = Self(Allowed::All);

    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        match &self.0 {
            Allowed::All => true,
            Allowed::Networks(networks) => {
                is_public(address) || networks.iter().any(|network| network.contains(address))
            }
        }
    }
}

fn is_public(address: IpAddr) -> bool {
    let none_of = |networks: &[Network]| !networks.iter().any(|network| network.contains(address));
    match address {
        IpAddr::V4(_) => none_of(&NOT_PUBLIC_V4),
        IpAddr::V6(v6) if NAT64.contains(address) => {
            let [.., a, b, c, d] = v6.octets();
            is_public(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
        }
        IpAddr::V6(_) => GLOBAL_V6.contains(address) && none_of(&NOT_PUBLIC_V6),
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differ = network.to_bits() ^ address.to_bits();
                differ.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differ = network.to_bits() ^ address.to_bits();
                differ.leading_zeros() >= u32::from(self.prefix)
            }
            _ => false,
        }
    }

    fn has_bits_after_its_prefix(&self) -> bool {
        let (bits, zeros) = match self.address {
            IpAddr::V4(address) => (32, address.to_bits().trailing_zeros()),
            IpAddr::V6(address) => (128, address.to_bits().trailing_zeros()),
        };
        zeros + u32::from(self.prefix) < bits
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = |why| NotANetwork(text.to_owned(), why);
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| {
            wrong("is no address or network; write 10.1.0.0/16, or 10.1.2.3, or all, or none")
        })?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix =
            match prefix {
                None => longest,
                Some(prefix) => prefix.parse().ok().filter(|prefix| *prefix <= longest).ok_or_else(|| {
                    wrong("has no prefix of 0 to 32 bits, or 128 for IPv6; write 10.1.0.0/16")
                })?,
            };
        let network = Self { address, prefix };
        // As it stands it may mean one address or many.
        if network.has_bits_after_its_prefix() {
            return Err(wrong("is an address within a network; write the network's first address"));
        }
        Ok(network)
    }
}

impl Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Allow {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        match text.trim() {
            "all" => Ok(Self(Allowed::All)),
            "none" | "" => Ok(Self::NONE),
            list => {
                let networks = list.split(',').map(|one| one.trim().parse());
                Ok(Self(Allowed::Networks(networks.collect::<Result<_, _>>()?)))
            }
        }
    }
}

impl Display for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Allowed::All => f.write_str("all"),
            Allowed::Networks(networks) if networks.is_empty() => f.write_str("none"),
            Allowed::Networks(networks) => {
                let networks: Vec<String> = networks.iter().map(Network::to_string).collect();
                f.write_str(&networks.join(","))
            }
        }
    }
}
