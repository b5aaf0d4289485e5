//! The two checksums that Cloud Storage reports for an object: MD5 and CRC32C, base64 as in `md5Hash` and `crc32c`.
//! Source: the Objects resource page of the JSON API. Knows no object and no HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc::{CRC_32_ISCSI, Crc, Table};
use md5::{Digest as _, Md5};

/// CRC-32C (Castagnoli), which the catalogue of checksums lists by its use in iSCSI.
const CASTAGNOLI: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// The `crc32c` of an object: big-endian, base64.
pub(super) fn crc32c(content: &[u8]) -> String {
    STANDARD.encode(CASTAGNOLI.checksum(content).to_be_bytes())
}

/// The `md5Hash` of an object: base64.
pub(super) fn md5(content: &[u8]) -> String {
    STANDARD.encode(Md5::digest(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_written_as_the_api_shows_them() {
        assert_eq!(md5(b""), "1B2M2Y8AsgTpgAmY7PhCfg==");
        assert_eq!(crc32c(b""), "AAAAAA==");
        // The check value of the Castagnoli polynomial.
        assert_eq!(crc32c(b"123456789"), STANDARD.encode(0xe306_9283_u32.to_be_bytes()));
    }
}
