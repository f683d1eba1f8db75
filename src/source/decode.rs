//! Decodes files to text.

use encoding_rs::{UTF_16BE, UTF_16LE};

/// Why bytes are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Neither UTF-8 nor marked UTF-16.
    #[error("it is neither UTF-8 nor UTF-16")]
    Encoding,
    /// A NUL byte, as in no text file.
    #[error("it is a binary file")]
    Binary,
    /// A ZIP archive, such as a plan as `terraform plan -out` saves it.
    #[error("it is a ZIP archive, as a plan in Terraform's own form is")]
    Archive,
}

/// The text of a file: UTF-8, or UTF-16 as some shells write it, with or
/// without a byte-order mark.
///
/// # Errors
///
/// Where the bytes are neither.
pub fn decode(bytes: Vec<u8>) -> Result<String, DecodeError> {
    let utf_16 = match bytes.as_slice() {
        [b'P', b'K', 3, 4, ..] => return Err(DecodeError::Archive),
        [0xef, 0xbb, 0xbf, rest @ ..] => return utf_8(rest.to_vec()),
        [0xff, 0xfe, rest @ ..] => Some((UTF_16LE, rest)),
        [0xfe, 0xff, rest @ ..] => Some((UTF_16BE, rest)),
        // Without a mark, a first ASCII character tells.
        [first, 0, ..] if *first != 0 => Some((UTF_16LE, bytes.as_slice())),
        [0, second, ..] if *second != 0 => Some((UTF_16BE, bytes.as_slice())),
        _ => None,
    };
    let Some((encoding, rest)) = utf_16 else { return utf_8(bytes) };
    let (text, failed) = encoding.decode_without_bom_handling(rest);
    if failed { Err(DecodeError::Encoding) } else { Ok(text.into_owned()) }
}

fn utf_8(bytes: Vec<u8>) -> Result<String, DecodeError> {
    if bytes.contains(&0) {
        return Err(DecodeError::Binary);
    }
    String::from_utf8(bytes).map_err(|_| DecodeError::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_and_both_utf_16_are_read() {
        let little: Vec<u8> = "{é}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "{é}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            "{é}".as_bytes().to_vec(),
            [&[0xef, 0xbb, 0xbf], "{é}".as_bytes()].concat(),
            [&[0xff, 0xfe], little.as_slice()].concat(),
            [&[0xfe, 0xff], big.as_slice()].concat(),
            little,
            big,
        ] {
            assert_eq!(decode(bytes).as_deref(), Ok("{é}"));
        }
    }

    #[test]
    fn binaries_and_other_encodings_are_refused() {
        assert_eq!(decode(b"\x7fELF\x02\x01\x00\x00".to_vec()), Err(DecodeError::Binary));
        assert_eq!(decode(b"PK\x03\x04tfplan".to_vec()), Err(DecodeError::Archive));
        assert_eq!(decode(b"caf\xe9".to_vec()), Err(DecodeError::Encoding));
    }
}
