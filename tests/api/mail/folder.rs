//! Posts that are not mail servers: a folder, and memory.

use std::fs;

use dotation::mail::{SendError, Stage, Transport};

use super::{letter, post, temporary};

#[tokio::test]
async fn a_folder_receives_one_file_a_letter_and_the_same_one_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("letters/of/today");
    let post = post(&format!("directory:{}", folder.display()));
    for number in [1, 2, 1] {
        let receipt = post.send(&letter(number)).await.unwrap();
        assert_eq!(
            receipt.reply,
            format!("20211020T060005Z-letter-{number}.eml")
        );
    }
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "20211020T060005Z-letter-1.eml",
            "20211020T060005Z-letter-2.eml"
        ]
    );
    let written = fs::read(folder.join(&names[0])).unwrap();
    assert_eq!(written, letter(1).message().unwrap().formatted());
}

#[tokio::test]
async fn what_a_killed_process_left_is_removed_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let url = format!("directory:{}", home.path().display());
    assert_eq!(post(&format!("{url}/not-there-yet")).clean().unwrap(), 0);
    let theirs = ["notes.part", ".hidden.part", ".letter.eml.1.part", "a.eml"];
    let drafts = [
        ".20211020T060005Z-letter-1.eml.4711.0.part",
        ".x.eml.1.22.part",
    ];
    for name in theirs.iter().chain(&drafts) {
        fs::write(home.path().join(name), "half").unwrap();
    }
    assert_eq!(post(&url).clean().unwrap(), 2);
    let mut left: Vec<String> = fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    let mut theirs = theirs.to_vec();
    theirs.sort_unstable();
    assert_eq!(left, theirs);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_temporary() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("taken");
    fs::write(&file, "a file where the folder should be").unwrap();
    let error = post(&format!("directory:{}/letters", file.display()))
        .send(&letter(1))
        .await
        .unwrap_err();
    assert_eq!(temporary(&error), (Stage::Folder, None, false));
}

#[tokio::test]
async fn memory_keeps_letters_and_fails_when_told() {
    let Transport::Memory(memory) = post("memory:") else {
        panic!("not a memory");
    };
    let post = Transport::Memory(memory.clone());
    let fault = |maybe_delivered| SendError::Temporary {
        stage: Stage::Content,
        code: None,
        reason: "told to".into(),
        maybe_delivered,
    };
    memory.fail_next(2, &fault(false));
    memory.fail_next(1, &fault(true));
    for number in 1..=3 {
        assert!(post.send(&letter(number)).await.is_err());
    }
    post.send(&letter(4)).await.unwrap();
    let kept: Vec<String> = memory
        .letters()
        .iter()
        .map(|letter| letter.message_id.local().to_owned())
        .collect();
    assert_eq!(kept, ["letter-3", "letter-4"]);
    memory.clear();
    assert!(memory.letters().is_empty());
}
