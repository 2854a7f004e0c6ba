use std::io::{Cursor, Read, Write};

use super::{Compression, Decoder};

/// All formats, and how to make them.
fn archives(text: &[u8]) -> Vec<(Compression, Vec<u8>)> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(text).unwrap();
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    xz.write_all(text).unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest);
    vec![
        (Compression::Gzip, gzip.finish().unwrap()),
        (Compression::Bzip2, bzip2.finish().unwrap()),
        (Compression::Xz, xz.finish().unwrap()),
        (Compression::Zstd, zstd),
    ]
}

fn text() -> Vec<u8> {
    let mut text = Vec::new();
    for line in 0..20_000u32 {
        let noise = line.wrapping_mul(2_654_435_761);
        writeln!(text, "Nov  4 06:25:01 mx postfix/qmgr[{line}]: {noise:08X}: removed").unwrap();
    }
    text
}

fn decode(archive: Vec<u8>) -> (Vec<u8>, Decoder, bool) {
    let mut decoder = Decoder::new(Box::new(Cursor::new(archive))).unwrap();
    let (mut out, mut buffer) = (Vec::new(), vec![0; 10_000]);
    loop {
        match decoder.read(&mut buffer) {
            Ok(0) => return (out, decoder, false),
            Ok(count) => out.extend_from_slice(&buffer[..count]),
            Err(_) => return (out, decoder, true),
        }
    }
}

#[test]
fn every_format_is_told_by_its_content() {
    let text = text();
    for (compression, archive) in archives(&text) {
        assert_eq!(Compression::of(&archive), compression);
        let (out, decoder, failed) = decode(archive);
        assert!(out == text && !failed && !decoder.has_garbage(), "{compression:?}");
    }
    let (out, decoder, _) = decode(text.clone());
    assert!(out == text && decoder.compression() == Compression::None);
}

#[test]
fn members_are_read_one_after_the_other() {
    let (one, two) = (b"one\n".repeat(50_000), b"two\n".to_vec());
    for ((compression, first), (_, second)) in archives(&one).into_iter().zip(archives(&two)) {
        let padded = [first.clone(), second.clone(), vec![0; 512]].concat();
        let (out, decoder, failed) = decode(padded);
        assert!(out == [&one[..], &two].concat(), "{compression:?}");
        assert!(!failed && !decoder.has_garbage(), "{compression:?}");
        let (out, decoder, failed) = decode([first, second, b"garbage".to_vec()].concat());
        assert!(
            out.ends_with(b"one\ntwo\n") && decoder.has_garbage() && !failed,
            "{compression:?}"
        );
    }
}

#[test]
fn truncated_archives_are_read_as_far_as_they_go() {
    let text = text();
    for (compression, archive) in archives(&text) {
        for keep in [archive.len() - 1, archive.len() * 3 / 4, 12] {
            let (out, decoder, failed) = decode(archive[..keep].to_vec());
            assert!(failed && decoder.is_cut_off(), "{compression:?} {keep}");
            assert!(text.starts_with(&out), "{compression:?} {keep}");
            // A bzip2 block and a zstd block need all of their bytes.
            if keep > archive.len() / 2 && compression == Compression::Gzip {
                assert!(out.len() > text.len() / 2, "{compression:?} {keep}");
            }
        }
    }
}

#[test]
fn damaged_archives_end_with_an_error() {
    let text = text();
    for (compression, mut archive) in archives(&text) {
        let middle = archive.len() / 2;
        archive[middle..middle + 64].fill(0xa5);
        let (out, decoder, failed) = decode(archive);
        // The Zstandard decoder may only see it in the checksum, which frames need not have.
        if compression != Compression::Zstd {
            assert!(failed && !decoder.is_cut_off(), "{compression:?}");
            assert!(out.len() < text.len(), "{compression:?}");
        }
    }
}

#[test]
fn skippable_zstd_frames_are_skipped() {
    let text = b"a line\n";
    let (_, frame) = archives(text).pop().unwrap();
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"xyz"].concat();
    let (out, _, failed) = decode([skippable.clone(), frame, skippable].concat());
    assert!(!failed);
    assert_eq!(out, text);
}

/// A source that gives one byte at a time, as a slow pipe does.
struct Drip(Cursor<Vec<u8>>);

impl Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(&mut into[..1])
    }
}

#[test]
fn slow_sources_change_nothing() {
    for (_, archive) in archives(b"one\ntwo\n") {
        let mut decoder = Decoder::new(Box::new(Drip(Cursor::new(archive)))).unwrap();
        let (mut out, mut buffer) = (Vec::new(), [0; 64]);
        while let Ok(count @ 1..) = decoder.read(&mut buffer) {
            out.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(out, b"one\ntwo\n");
    }
}
