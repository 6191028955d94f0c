//! Is an event what it says: its id the hash of its content, its signature the author's (BIP 340).

use super::event::Event;
use secp256k1::XOnlyPublicKey;
use secp256k1::schnorr::{Signature, verify};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

impl Event<'_> {
    /// The id, if the event is what it says. A file may have lost the signature; a wrong one it may not have.
    pub(super) fn proven_id(&self) -> Result<String, String> {
        let hash = self.true_hash()?;
        if let Some(signature) = self.said_signature() {
            self.check(signature, &hash)?;
        }
        Ok(hex(&hash))
    }

    /// Whether it carries a signature at all.
    pub(super) fn is_signed(&self) -> bool {
        self.said_signature().is_some()
    }

    fn said_signature(&self) -> Option<&str> {
        self.sig.as_ref().map(|sig| sig.0.trim()).filter(|sig| !sig.is_empty())
    }

    fn check(&self, signature: &str, hash: &[u8; 32]) -> Result<(), String> {
        let key = bytes::<32>(self.pubkey.0.trim()).and_then(|key| XOnlyPublicKey::from_byte_array(key).ok());
        let key = key.ok_or("its author is no public key")?;
        let signature = bytes(signature).map(Signature::from_byte_array).ok_or("its signature is none")?;
        verify(&signature, hash, &key).map_err(|_| "its signature is not its author's".to_owned())
    }

    /// The hash of its content, if that is the id that it says.
    fn true_hash(&self) -> Result<[u8; 32], String> {
        let said = self.id.as_ref().map(|id| id.0.trim()).filter(|id| !id.is_empty());
        let hash = self.hash(false);
        let Some(said) = said.map(bytes) else { return Ok(hash) };
        if said == Some(hash) {
            return Ok(hash);
        }
        let bare = self.hash(true);
        if said == Some(bare) { Ok(bare) } else { Err("its id is not the hash of its content".to_owned()) }
    }

    /// The hash that the id must be: of `[0,pubkey,created_at,kind,tags,content]`, written as NIP-01 says; or as it said before, with signs
    /// that are not seen as they are.
    fn hash(&self, bare: bool) -> [u8; 32] {
        let mut text = String::with_capacity(self.content.0.len() + 64 * self.tags.len() + 160);
        text.push_str("[0,");
        quote(&self.pubkey.0, bare, &mut text);
        let (at, kind) = (self.created_at.0.trim(), self.kind.0.trim());
        let _ = write!(text, ",{at},{kind},[");
        for (number, tag) in self.tags.iter().enumerate() {
            text.push_str(if number == 0 { "[" } else { ",[" });
            for (number, value) in tag.iter().enumerate() {
                if number > 0 {
                    text.push(',');
                }
                quote(&value.0, bare, &mut text);
            }
            text.push(']');
        }
        text.push_str("],");
        quote(&self.content.0, bare, &mut text);
        text.push(']');
        Sha256::digest(text.as_bytes()).into()
    }
}

/// Bytes as digits.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Digits as bytes, if there are exactly as many as it takes.
fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let digits = hex.as_bytes();
    let mut bytes = [0; N];
    if digits.len() != 2 * N || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// Writes a text as JSON; signs below the space that have no name of their own as numbers, or bare.
fn quote(text: &str, bare: bool, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| matches!(c, '"' | '\\' | '\0'..='\x1f')) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut characters = special.chars();
        match characters.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(other) if bare => out.push(other),
            Some(other) => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_for_the_hash() {
        #[track_caller]
        fn check(text: &str, bare: bool, expected: &str) {
            let mut out = String::new();
            quote(text, bare, &mut out);
            assert_eq!(out, expected);
        }
        check("a\"\\\n\r\t\u{8}\u{c}é\u{7f}/", false, "\"a\\\"\\\\\\n\\r\\t\\b\\fé\u{7f}/\"");
        check("\u{1}", false, "\"\\u0001\"");
        check("\u{1}", true, "\"\u{1}\"");
        check("", true, "\"\"");
    }
}
