//! A small filter of the ids in a block: look-ups by id and deletions need not read every block.
//!
//! A binary fuse filter (Graf and Lemire 2022, arXiv 2201.01174): about 1.2 bytes a post, one false "maybe" in 256, never a false "no".

use super::StoreError;
use xorf::{BinaryFuse8, BinaryFuse8Ref, DmaSerializable, Filter, FilterRef};

/// What an id is looked up by, in any block of any store: xxh3 of the id, seeded with that of the platform.
pub(crate) fn id_hash(platform: &str, id: &str) -> u64 {
    use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};
    xxh3_64_with_seed(id.as_bytes(), xxh3_64(platform.as_bytes()))
}

/// The filter of these hashes as stored: checksum, descriptor, fingerprints. Empty if none could be built: it then says "maybe" to all.
pub(crate) fn encode(mut hashes: Vec<u64>) -> Vec<u8> {
    // Equal keys keep the construction from ending.
    hashes.sort_unstable();
    hashes.dedup();
    let Ok(filter) = BinaryFuse8::try_from(&hashes) else { return Vec::new() };
    let mut body = vec![0; BinaryFuse8::DESCRIPTOR_LEN];
    filter.dma_copy_descriptor_to(&mut body);
    body.extend_from_slice(filter.dma_fingerprints());
    let mut bytes = xxhash_rust::xxh3::xxh3_64(&body).to_le_bytes().to_vec();
    bytes.append(&mut body);
    bytes
}

/// Whether one of the hashes may be in the block.
pub(crate) fn may_contain(bytes: &[u8], hashes: &[u64]) -> Result<bool, StoreError> {
    if bytes.is_empty() {
        return Ok(true);
    }
    let damaged = || StoreError::Damaged("a filter of ids does not match its checksum".to_owned());
    let (checksum, body) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
    if u64::from_le_bytes(*checksum) != xxhash_rust::xxh3::xxh3_64(body) {
        return Err(damaged());
    }
    let (descriptor, fingerprints) =
        body.split_at_checked(BinaryFuse8::DESCRIPTOR_LEN).ok_or_else(damaged)?;
    let filter = BinaryFuse8Ref::from_dma(descriptor, fingerprints);
    Ok(hashes.iter().any(|hash| filter.contains(hash)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_found_and_few_others() {
        for count in [0_u64, 1, 2, 3, 10, 1024] {
            let hashes: Vec<u64> = (0..count).map(|n| id_hash("x", &n.to_string())).collect();
            let bytes = encode(hashes.clone());
            for hash in &hashes {
                assert!(may_contain(&bytes, &[*hash]).unwrap());
            }
            let wrong =
                (0..10_000).filter(|n| may_contain(&bytes, &[id_hash("y", &n.to_string())]).unwrap()).count();
            assert!(bytes.is_empty() || wrong < 150, "{wrong} false of 10,000 with {count} ids");
        }
    }

    #[test]
    fn repeated_ids_are_no_trouble_and_damage_is_seen() {
        let mut bytes = encode(vec![7, 7, 7, 9]);
        assert!(may_contain(&bytes, &[7]).unwrap());
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert!(matches!(may_contain(&bytes, &[7]), Err(StoreError::Damaged(_))));
        assert!(matches!(may_contain(&[1, 2], &[7]), Err(StoreError::Damaged(_))));
    }
}
