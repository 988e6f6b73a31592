//! The guard beside IANA's own registries, on a hundred thousand addresses: it never permits what they say is not reached
//! from everywhere, and permits all else, but for what is listed here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hookline_domain::flow::HttpFailure::{AddressNotAllowed, Unreachable};

use super::*;

const ADDRESSES_MIN: usize = 100_000;

/// The special-purpose registries for IPv4 and IPv6 (iana-ipv4-special-registry, iana-ipv6-special-registry), with what they say
/// of "globally reachable"; "N/A" is no. Multicast and what is not allocated have registries of their own.
const SPECIAL: [(&str, bool); 52] = [
    ("0.0.0.0/8", false),
    ("0.0.0.0/32", false),
    ("10.0.0.0/8", false),
    ("100.64.0.0/10", false),
    ("127.0.0.0/8", false),
    ("169.254.0.0/16", false),
    ("172.16.0.0/12", false),
    ("192.0.0.0/24", false),
    ("192.0.0.0/29", false),
    ("192.0.0.8/32", false),
    ("192.0.0.9/32", true),
    ("192.0.0.10/32", true),
    ("192.0.0.170/32", false),
    ("192.0.0.171/32", false),
    ("192.0.2.0/24", false),
    ("192.31.196.0/24", true),
    ("192.52.193.0/24", true),
    ("192.88.99.0/24", false),
    ("192.88.99.2/32", false),
    ("192.168.0.0/16", false),
    ("192.175.48.0/24", true),
    ("198.18.0.0/15", false),
    ("198.51.100.0/24", false),
    ("203.0.113.0/24", false),
    ("224.0.0.0/4", false),
    ("240.0.0.0/4", false),
    ("255.255.255.255/32", false),
    ("::/0", false),
    ("2000::/3", true),
    ("::/128", false),
    ("::1/128", false),
    ("64:ff9b:1::/48", false),
    ("100::/64", false),
    ("100:0:0:1::/64", false),
    ("2001::/23", false),
    ("2001::/32", false),
    ("2001:1::1/128", true),
    ("2001:1::2/128", true),
    ("2001:1::3/128", true),
    ("2001:2::/48", false),
    ("2001:3::/32", true),
    ("2001:4:112::/48", true),
    ("2001:10::/28", false),
    ("2001:20::/28", true),
    ("2001:30::/28", true),
    ("2001:db8::/32", false),
    ("2002::/16", false),
    ("2620:4f:8000::/48", true),
    ("3fff::/20", false),
    ("5f00::/16", false),
    ("fc00::/7", false),
    ("fe80::/10", false),
];

/// Where the guard says no and IANA yes: addresses for protocols (anycast, identifiers), which nobody's web server has, and a
/// cloud's address for its own machines.
const STRICTER: [&str; 3] = ["192.0.0.0/24", "2001::/23", "168.63.129.16/32"];

struct Block {
    is_v4: bool,
    first: u128,
    last: u128,
}

impl Block {
    fn of(text: &str) -> Self {
        let (address, prefix) = text.split_once('/').expect("a prefix");
        let prefix: u32 = prefix.parse().expect("a number");
        let (is_v4, first) = number(address.parse().expect("an address"));
        let width = if is_v4 { 32 - prefix } else { 128 - prefix };
        let last = first + (1_u128.checked_shl(width).unwrap_or(0)).wrapping_sub(1);
        Self { is_v4, first, last }
    }

    fn has(&self, address: IpAddr) -> bool {
        let (is_v4, address) = number(address);
        is_v4 == self.is_v4 && (self.first..=self.last).contains(&address)
    }
}

fn number(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(v4) => (true, u128::from(u32::from(v4))),
        IpAddr::V6(v6) => (false, u128::from(v6)),
    }
}

fn v4(number: u128) -> IpAddr {
    Ipv4Addr::from(number as u32).into()
}

fn v6(number: u128) -> IpAddr {
    Ipv6Addr::from(number).into()
}

/// What is dialled in the end: mapped addresses as IPv4, and a NAT64 gateway passes on to IPv4.
fn behind(address: IpAddr) -> IpAddr {
    let (is_v4, number) = number(address);
    let is_embedded = !is_v4 && matches!(number >> 32, 0xffff | 0x0064_ff9b_0000_0000_0000_0000);
    if is_embedded { v4(number & 0xffff_ffff) } else { address }
}

/// By the smallest block that has it.
fn is_reachable(blocks: &[(Block, bool)], address: IpAddr) -> bool {
    let special = blocks.iter().filter(|(block, _)| block.has(behind(address)));
    special.min_by_key(|(block, _)| block.last - block.first).is_none_or(|(_, reachable)| *reachable)
}

/// The same numbers in every run (splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u128 {
        let mut draw = || {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            u128::from(mixed ^ (mixed >> 31))
        };
        draw() << 64 | draw()
    }
}

/// Both edges of every block and what lies beside and within them, and many by chance.
fn addresses(blocks: &[(Block, bool)], chance: &mut Chance) -> (Vec<IpAddr>, Vec<IpAddr>) {
    let (mut of_v4, mut of_v6) = (Vec::new(), Vec::new());
    for (Block { is_v4, first, last }, _) in blocks {
        let within = (0..200).map(|_| first + chance.next() % (last - first).max(1));
        let edges =
            [first.wrapping_sub(1), *first, first + 1, last.saturating_sub(1), *last, last.wrapping_add(1)];
        for number in edges.into_iter().chain(within) {
            if *is_v4 { of_v4.push(v4(number)) } else { of_v6.push(v6(number)) }
        }
    }
    of_v4.extend((0..20_000).map(|_| v4(chance.next())));
    // Half of them where addresses are allocated.
    let global = |number: u128| number >> 3 | 1 << 125;
    of_v6.extend((0..20_000).flat_map(|_| [v6(chance.next()), v6(global(chance.next()))]));
    (of_v4, of_v6)
}

/// Every way to put an IPv4 address into one of IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo.
fn embeddings(address: u128) -> [IpAddr; 7] {
    [
        v6(0xffff << 32 | address),
        v6(address),
        v6(0xffff << 48 | address),
        v6(0x0064_ff9b << 96 | address),
        v6(0x0064_ff9b_0001 << 80 | address),
        v6(0x2002 << 112 | address << 80 | 1),
        v6(0x2001 << 112 | (address ^ 0xffff_ffff)),
    ]
}

#[test]
fn the_guard_agrees_with_the_registries() {
    let blocks = SPECIAL.map(|(text, reachable)| (Block::of(text), reachable));
    let stricter = STRICTER.map(Block::of);
    let mut chance = Chance(2026);
    let (of_v4, mut all) = addresses(&blocks, &mut chance);
    all.extend(of_v4.iter().flat_map(|address| embeddings(number(*address).1)));
    all.extend(of_v4);
    let (mut permitted, mut refused) = (0, 0);
    for address in &all {
        let (permits, expected) = (Allow::NONE.permits(*address), is_reachable(&blocks, *address));
        if permits {
            permitted += 1
        } else {
            refused += 1
        };
        let is_stricter = stricter.iter().any(|block| block.has(behind(*address)));
        assert!(permits == expected || (expected && is_stricter), "{address}: permitted {permits}");
    }
    assert!(permitted > 30_000 && refused > 30_000, "{permitted} {refused}");
    assert!(permitted + refused > ADDRESSES_MIN, "{} addresses", permitted + refused);
}

#[test]
fn an_address_in_a_url_is_judged_however_it_is_written() {
    let blocks = SPECIAL.map(|(text, reachable)| (Block::of(text), reachable));
    let outbound = Outbound::new(Allow::NONE).expect("TLS can be set up");
    let (of_v4, of_v6) = addresses(&blocks, &mut Chance(7));
    for address in of_v4.into_iter().take(8_000) {
        let IpAddr::V4(v4) = address else { unreachable!("only these were made") };
        let (bits, [a, b, c, d]) = (u32::from(v4), v4.octets());
        for host in [
            format!("{v4}"),
            format!("{v4}."),
            format!("{bits}"),
            format!("0x{bits:x}"),
            format!("0{bits:o}"),
            format!("{a}.{}", bits & 0xff_ffff),
            format!("0x{a:X}.0{b:o}.{}", bits & 0xffff),
            format!("0{a:o}.0x{b:x}.{c}.0{d:o}"),
            format!("%{:02x}{}", v4.to_string().as_bytes()[0], &v4.to_string()[1..]),
            format!("[::ffff:{v4}]"),
        ] {
            let judged = outbound.address(&format!("http://{host}:8080/x"));
            match Allow::NONE.permits(address) {
                true => assert!(judged.is_ok(), "{host}"),
                false => assert_eq!(judged.err(), Some(AddressNotAllowed), "{host}"),
            }
            // A user before it makes it no better, and neither does a password.
            for user in ["1.1.1.1@", "1.1.1.1:80@", ":x@", "%31@"] {
                assert_eq!(
                    outbound.address(&format!("http://{user}{host}/")).err(),
                    Some(Unreachable),
                    "{user}{host}"
                );
            }
        }
    }
    for address in of_v6.into_iter().take(8_000) {
        let judged = outbound.address(&format!("https://[{address}]/"));
        assert_eq!(judged.is_ok(), Allow::NONE.permits(address), "{address}");
    }
}
