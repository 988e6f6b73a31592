//! Says of nearly every transaction id that is not in a run that it is not, without reading the run.
//!
//! A Bloom filter of blocks of 256 bits, as Apache Parquet describes them: each id sets a bit in each of the eight words of one
//! block, so that looking is one read from memory. Filters are stored, so how they are laid out must never change.

use crate::intake::work::TransactionHash;

/// With so many bits for each id, one in a thousand that are not there is taken for one that may be.
const BITS_PER_ID: usize = 16;
const BLOCK_BITS: usize = 256;
const WORDS: usize = 8;
/// Of the Parquet format: which bit of each word a key sets.
const SALTS: [u32; WORDS] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

type Block = [u32; WORDS];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(Box<[Block]>);

impl Filter {
    /// For so many ids.
    pub fn for_ids(count: usize) -> Self {
        Self(vec![[0; WORDS]; blocks_for(count)].into())
    }

    pub fn insert(&mut self, hash: &TransactionHash) {
        let (block, bits) = self.place(hash);
        for (word, bit) in self.0[block].iter_mut().zip(bits) {
            *word |= bit;
        }
    }

    pub fn may_have(&self, hash: &TransactionHash) -> bool {
        let (block, bits) = self.place(hash);
        self.0[block].iter().zip(bits).all(|(word, bit)| word & bit != 0)
    }

    /// The block of an id, and its bit in each word.
    fn place(&self, hash: &TransactionHash) -> (usize, Block) {
        let [.., a, b, c, d, e, f, g, h] = *hash;
        let (place, key) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        let block = (u64::from(place) * self.0.len() as u64) >> 32;
        let bits = SALTS.map(|salt| 1 << (key.wrapping_mul(salt) >> 27));
        (usize::try_from(block).expect("below the number of blocks"), bits)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flatten().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// What `to_bytes` gave of a filter for so many ids; nothing if it can't be that.
    pub fn from_bytes(count: usize, bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<4>();
        let (blocks, more) = words.as_chunks::<WORDS>();
        let is_whole = rest.is_empty() && more.is_empty() && blocks.len() == blocks_for(count);
        is_whole.then(|| Self(blocks.iter().map(|block| block.map(u32::from_le_bytes)).collect()))
    }
}

fn blocks_for(count: usize) -> usize {
    (count * BITS_PER_ID).div_ceil(BLOCK_BITS).max(1)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    const IDS: u32 = 20_000;

    fn hash(number: u32) -> TransactionHash {
        Sha256::digest(number.to_be_bytes())[..16].try_into().unwrap()
    }

    fn filter_of(ids: impl ExactSizeIterator<Item = u32>) -> Filter {
        let mut filter = Filter::for_ids(ids.len());
        ids.for_each(|id| filter.insert(&hash(id)));
        filter
    }

    #[test]
    fn an_id_that_is_there_may_be_there_and_few_others() {
        let filter = Filter::from_bytes(IDS as usize, &filter_of(0..IDS).to_bytes()).unwrap();
        assert!((0..IDS).all(|id| filter.may_have(&hash(id))));
        let taken = (IDS..IDS * 11).filter(|id| filter.may_have(&hash(*id))).count();
        assert!((50..600).contains(&taken), "{taken} of {}", IDS * 10);
    }

    #[test]
    fn a_stored_filter_is_read_by_every_later_program() {
        let stored = "8000000000800000200000000080000000000020002000000008000080000000";
        assert_eq!(hex(&filter_of(0..1).to_bytes()), stored);
    }

    #[test]
    fn what_is_no_filter_is_not_read_as_one() {
        assert_eq!(Filter::from_bytes(16, &[]), None);
        assert_eq!(Filter::from_bytes(16, &[0; 31]), None);
        assert_eq!(Filter::from_bytes(16, &[0; 36]), None);
        assert_eq!(Filter::from_bytes(17, &[0; 32]), None);
        assert_eq!(Filter::from_bytes(16, &[0; 32]), Some(Filter::for_ids(16)));
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
