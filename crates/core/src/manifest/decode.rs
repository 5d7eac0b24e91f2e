//! Bytes into text, as kubectl decodes a file, but without replacing what is no text.

use super::ManifestFile;
use crate::diagnostic::{Diagnostic, Source};

/// How a file begins that Git LFS left in the place of the real one.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The text of a file. UTF-16 with a byte order mark is decoded, as kubectl does it; offsets then count in the decoded
/// text. A byte order mark of UTF-8 stays, so that offsets are those of the file.
///
/// # Errors
/// The file is a Git LFS pointer, or no text.
pub(super) fn text(file: ManifestFile) -> Result<Source, Diagnostic> {
    let ManifestFile { path, bytes } = file;
    if bytes.starts_with(LFS_POINTER) {
        return Err(Diagnostic::of_file(path, "This is a Git LFS pointer, not the file itself")
            .hint("Keep manifests out of Git LFS; for a folder on disk, run `git lfs pull`"));
    }
    let decoded = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => {
            return match String::from_utf8(bytes) {
                Ok(text) => Ok(Source { path, text }),
                Err(error) => Err(not_utf8(path, error.as_bytes(), error.utf8_error().valid_up_to())),
            };
        }
    };
    match decoded {
        Some(text) => Ok(Source { path, text }),
        None => Err(Diagnostic::of_file(path, "The file begins like UTF-16, but is not valid UTF-16")
            .hint("Save the file as UTF-8")),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

fn not_utf8(path: String, bytes: &[u8], at: usize) -> Diagnostic {
    let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
    Diagnostic::of_file(path, format!("The file is not UTF-8: byte {at}, on line {line}, is part of no character"))
        .hint("Save the file as UTF-8; kubectl would put U+FFFD in the place of each such byte")
}
