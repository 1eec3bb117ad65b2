//! PNG bytes of a picture in memory.
//!
//! plotters writes PNG files only, and the engine touches no file, so the few rules needed are
//! here: PNG (ISO/IEC 15948), zlib (RFC 1950) and one block of deflate with fixed codes (RFC 1951)
//! that shortens runs of equal pixels, which charts are made of.

/// Encodes red, green, blue bytes, row by row.
pub(crate) fn encode(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]); // 8 bits per channel, colour without alpha
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &compressed(&filtered(pixels, width)));
    chunk(&mut png, b"IEND", &[]);
    png
}

/// Every row as its difference from the row above (filter 2), so that equal rows become zeros.
fn filtered(pixels: &[u8], width: u32) -> Vec<u8> {
    let row = width as usize * 3;
    let mut bytes = Vec::with_capacity(pixels.len() + pixels.len() / row.max(1));
    for (number, line) in pixels.chunks(row).enumerate() {
        bytes.push(2);
        match number.checked_sub(1) {
            Some(above) => {
                let above = &pixels[above * row..number * row];
                bytes.extend(
                    line.iter()
                        .zip(above)
                        .map(|(now, up)| now.wrapping_sub(*up)),
                );
            }
            None => bytes.extend_from_slice(line),
        }
    }
    bytes
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    png.extend((body.len() as u32).to_be_bytes());
    png.extend(kind);
    png.extend(body);
    let check = crc(crc(!0, kind), body);
    png.extend((!check).to_be_bytes());
}

fn crc(mut check: u32, bytes: &[u8]) -> u32 {
    for byte in bytes {
        check ^= u32::from(*byte);
        for _ in 0..8 {
            let low = check & 1;
            check = (check >> 1) ^ (0xEDB8_8320 * low);
        }
    }
    check
}

fn adler(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}

/// The zlib stream of `bytes`.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b011, 3); // last block, fixed codes
    let mut at = 0;
    while at < bytes.len() {
        let run = run_length(bytes, at);
        if run >= 3 {
            bits.length(run);
            bits.reversed(2, 5); // distance 3: the pixel before
            at += run;
        } else {
            bits.symbol(u32::from(bytes[at]));
            at += 1;
        }
    }
    bits.symbol(256);
    let mut stream = vec![0x78, 0x01];
    stream.extend(bits.finish());
    stream.extend(adler(bytes).to_be_bytes());
    stream
}

/// How many bytes from `at` repeat the pixel before, at most 258.
fn run_length(bytes: &[u8], at: usize) -> usize {
    if at < 3 {
        return 0;
    }
    let pairs = bytes[at..].iter().zip(&bytes[at - 3..]);
    pairs
        .take(258)
        .take_while(|(now, before)| now == before)
        .count()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    waiting: u32,
    count: u32,
}

impl Bits {
    /// Adds bits, the lowest first.
    fn push(&mut self, value: u32, count: u32) {
        self.waiting |= value << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push((self.waiting & 0xFF) as u8);
            self.waiting >>= 8;
            self.count -= 8;
        }
    }

    /// Adds a Huffman code, the highest bit first.
    fn reversed(&mut self, code: u32, count: u32) {
        self.push(code.reverse_bits() >> (32 - count), count);
    }

    /// Adds a literal or length symbol in the fixed code (RFC 1951, 3.2.6).
    fn symbol(&mut self, symbol: u32) {
        match symbol {
            0..=143 => self.reversed(0x30 + symbol, 8),
            144..=255 => self.reversed(0x190 + symbol - 144, 9),
            256..=279 => self.reversed(symbol - 256, 7),
            _ => self.reversed(0xC0 + symbol - 280, 8),
        }
    }

    /// Adds a length from 3 to 258 (RFC 1951, 3.2.5).
    fn length(&mut self, length: usize) {
        if length == 258 {
            return self.symbol(285);
        }
        let above = length as u32 - 3;
        if above < 8 {
            return self.symbol(257 + above);
        }
        let extra = above.ilog2() - 2;
        let place = above >> extra; // 4 to 7
        self.symbol(257 + 4 * extra + place);
        self.push(above & ((1 << extra) - 1), extra);
    }

    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.push(0, 8 - self.count);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads back what [`compressed`] wrote: fixed codes and distance 3 only.
    fn expanded(stream: &[u8]) -> Vec<u8> {
        let body = &stream[2..stream.len() - 4];
        let mut at = 0_usize;
        let mut bit = || {
            let value = u32::from(body[at / 8] >> (at % 8) & 1);
            at += 1;
            value
        };
        assert_eq!((bit(), bit(), bit()), (1, 1, 0));
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            let mut code = (0..7).fold(0, |code, _| code << 1 | bit());
            let symbol = if code < 24 {
                256 + code
            } else {
                code = code << 1 | bit();
                match code {
                    0x30..=0xBF => code - 0x30,
                    0xC0..=0xC7 => 280 + code - 0xC0,
                    _ => 144 + (code << 1 | bit()) - 0x190,
                }
            };
            if symbol == 256 {
                break;
            }
            if symbol < 256 {
                bytes.push(symbol as u8);
                continue;
            }
            let length = match symbol {
                285 => 258,
                257..=264 => symbol - 254,
                _ => {
                    let extra = (symbol - 261) / 4;
                    let base = 3 + ((4 + (symbol - 261) % 4) << extra);
                    base + (0..extra).fold(0, |value, place| value | bit() << place)
                }
            };
            assert_eq!((0..5).fold(0, |code, _| code << 1 | bit()), 2);
            for _ in 0..length {
                bytes.push(bytes[bytes.len() - 3]);
            }
        }
        assert_eq!(stream[stream.len() - 4..], adler(&bytes).to_be_bytes());
        bytes
    }

    #[test]
    fn runs_of_every_length_come_back() {
        for run in (0..300).chain([1_000, 70_000]) {
            let mut bytes = vec![1, 2, 200];
            bytes.extend([1, 2, 200].iter().cycle().take(run));
            bytes.extend([9, 255, 144]);
            assert_eq!(expanded(&compressed(&bytes)), bytes, "run of {run}");
        }
    }

    #[test]
    fn the_check_sums_are_those_of_the_standards() {
        assert_eq!(!crc(!0, b"123456789"), 0xCBF4_3926);
        assert_eq!(adler(b"Wikipedia"), 0x11E6_0398);
    }
}
