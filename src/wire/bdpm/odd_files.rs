//! Files as a whole: line ends, encodings, what is no such file.

use super::odd_rows::{PACK, PRODUCT, both, products, with};
use super::*;

#[test]
fn every_kind_of_line_end_ends_a_line() {
    let other = with(PRODUCT, 1, "60000001");
    for end in ["\n", "\r\n", "\r"] {
        let (read, report) = products(format!("{PRODUCT}{end}{other}{end}").as_bytes());
        assert_eq!((read.len(), report.faults.len()), (2, 0), "{end:?}");
        assert_eq!(read[1].enhanced_monitoring, Some(true), "{end:?}");
    }
    let bad = with(PRODUCT, 1, "?1");
    let (_, report) = products(format!("{PRODUCT}\r\n{other}\n{bad}\r{bad}").as_bytes());
    let lines: Vec<_> = report.faults.iter().map(|f| f.line).collect();
    assert_eq!(lines, [3, 4]);
}

#[test]
fn the_encoding_is_decided_for_the_whole_file() {
    let (_, plain) = products(PRODUCT.as_bytes());
    assert_eq!(plain.encoding, Encoding::Utf8);
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend_from_slice(PRODUCT.as_bytes());
    let (read, report) = products(&marked);
    assert_eq!((report.encoding, report.faults.len()), (Encoding::Utf8, 0));
    assert_eq!(read[0].form, "solution à diluer");
    let (windows, ..) = encoding_rs::WINDOWS_1252.encode(PRODUCT);
    let (read, report) = products(&windows);
    assert_eq!(
        (report.encoding, report.faults.len()),
        (Encoding::Windows1252, 0)
    );
    assert_eq!(read[0].form, "solution à diluer");
}

#[test]
fn a_damaged_utf8_file_is_said_to_be_one() {
    let mut bytes = format!("{PRODUCT}\r\n").into_bytes();
    bytes.extend(with(PRODUCT, 1, "60000001").into_bytes());
    let last = bytes.iter().rposition(|b| *b == b'R').unwrap();
    bytes[last] = 0xff;
    let (read, report) = products(&bytes);
    assert_eq!((read.len(), report.encoding), (2, Encoding::Windows1252));
    assert_eq!(report.faults.len(), 1);
    assert_eq!((report.faults[0].line, report.faults[0].kept), (2, true));
    assert_eq!(report.faults[0].found, "byte 0xFF");
}

#[test]
fn a_file_of_another_kind_is_refused_whole() {
    let refused = |bytes: &[u8]| both(bytes, PACK.as_bytes()).unwrap_err().remove(0);
    let name = || "products".to_owned();
    for empty in ["", "\n\r\n  \n", "\u{feff}"] {
        assert_eq!(refused(empty.as_bytes()), FileError::Empty { name: name() });
    }
    assert_eq!(
        refused(b"\xff\xfe6\x009\x00"),
        FileError::Utf16 { name: name() }
    );
    for foreign in [
        &b"\x7fELF\x02\x01\x01\0\0\0"[..],
        b"<html>\n<body>",
        b"a;b;c\n1;2;3",
    ] {
        assert!(matches!(refused(foreign), FileError::Foreign { .. }));
    }
    assert!(matches!(
        refused(&vec![b'1'; MOST_BYTES + 1]),
        FileError::TooLarge { .. }
    ));
    assert_eq!(both(b"", b"").unwrap_err().len(), 2);
}

#[test]
fn the_list_of_faults_has_an_end() {
    let bad = format!("{PRODUCT}\n{}", "12\tx\ty\tz\n".repeat(MOST_FAULTS));
    let (_, report) = products(bad.as_bytes());
    assert_eq!(report.faults.len(), MOST_FAULTS);
    assert_eq!(report.faults_not_listed, MOST_FAULTS);
}
