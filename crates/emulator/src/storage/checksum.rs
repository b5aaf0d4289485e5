//! The two checksums that Cloud Storage reports for an object: MD5 and CRC32C, base64 as in `md5Hash` and `crc32c`.
//! Source: the Objects resource page of the JSON API. Knows no object and no HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The `crc32c` of an object: CRC-32C (Castagnoli), big-endian, base64.
pub(super) fn crc32c(content: &[u8]) -> String {
    let remainder = content.iter().fold(u32::MAX, |remainder, byte| {
        (0..8).fold(remainder ^ u32::from(*byte), |bits, _| {
            if bits & 1 == 1 { (bits >> 1) ^ 0x82f6_3b78 } else { bits >> 1 }
        })
    });
    STANDARD.encode((!remainder).to_be_bytes())
}

/// The `md5Hash` of an object: MD5 (RFC 1321), base64.
pub(super) fn md5(content: &[u8]) -> String {
    STANDARD.encode(md5_bytes(content))
}

/// RFC 1321, section 3.4: the four round's shift amounts.
const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// RFC 1321, section 3.4: the integer part of `2^32 * |sin(i)|` for `i` from 1 to 64, sixteen for each round.
#[rustfmt::skip]
const SINES: [[u32; 16]; 4] = [
    [0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
     0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821],
    [0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
     0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a],
    [0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
     0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665],
    [0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
     0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391],
];

fn md5_bytes(content: &[u8]) -> Vec<u8> {
    let start = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    let (blocks, rest) = content.as_chunks::<64>();
    let state = blocks.iter().fold(start, md5_block);

    // The padding: a one bit, zeros, and the length in bits as 64 bits, little-endian.
    let length = u64::try_from(content.len()).unwrap_or(u64::MAX).wrapping_mul(8);
    let mut tail = rest.to_vec();
    tail.push(0x80);
    while tail.len() % 64 != 56 {
        tail.push(0);
    }
    tail.extend(length.to_le_bytes());
    let state = tail.as_chunks::<64>().0.iter().fold(state, md5_block);
    state.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn md5_block(start: [u32; 4], block: &[u8; 64]) -> [u32; 4] {
    let words: Vec<u32> = block.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    let [mut a, mut b, mut c, mut d] = start;
    for (round, (shifts, sines)) in SHIFTS.iter().zip(&SINES).enumerate() {
        for (step, (sine, shift)) in sines.iter().zip(shifts.iter().cycle()).enumerate() {
            let (mixed, place) = match round {
                0 => ((b & c) | (!b & d), step),
                1 => ((d & b) | (!d & c), 5 * step + 1),
                2 => (b ^ c ^ d, 3 * step + 5),
                _ => (c ^ (b | !d), 7 * step),
            };
            let word = words.get(place % 16).copied().unwrap_or_default();
            let sum = a.wrapping_add(mixed).wrapping_add(*sine).wrapping_add(word);
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(*shift)));
        }
    }
    let [first, second, third, fourth] = start;
    [first.wrapping_add(a), second.wrapping_add(b), third.wrapping_add(c), fourth.wrapping_add(d)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        use std::fmt::Write as _;
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    #[test]
    fn md5_agrees_with_the_suite_of_rfc_1321() {
        let cases = [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ];
        for (text, digest) in cases {
            assert_eq!(hex(&md5_bytes(text.as_bytes())), digest, "{text}");
        }
    }

    #[test]
    fn crc32c_agrees_with_the_check_value_of_castagnoli() {
        assert_eq!(crc32c(b"123456789"), STANDARD.encode(0xe306_9283_u32.to_be_bytes()));
        assert_eq!(crc32c(b""), "AAAAAA==");
    }
}
