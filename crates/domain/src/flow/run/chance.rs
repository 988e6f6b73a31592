//! Chance without a source of it: one number for each call, mixed with the place where it is used.

/// Mixes bytes into a number. The result may be stored: it never changes from version to version.
pub(super) fn fingerprint(bytes: &[u8]) -> u64 {
    // FNV-1a.
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// A number below `total`: every draw of every node has one of its own.
pub(super) fn draw(chance: u64, node: &str, nth: u32, total: u64) -> u64 {
    let place = fingerprint(node.as_bytes()) ^ (u64::from(nth) << 32);
    let mixed = mix(mix(chance) ^ place);
    // The high bits of the product: even to within 2^-64 of a part.
    let below = (u128::from(mixed) * u128::from(total)) >> 64;
    u64::try_from(below).unwrap_or_default()
}

/// The finalizer of SplitMix64.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
