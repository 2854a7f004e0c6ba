//! Letters: what is sent.

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Message, address::Envelope};

/// A letter in two forms, of which mail programs show the one they can.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Who sends it: `user@host`, or `Name <user@host>`.
    pub from: String,
    /// Who gets it, in the same form.
    pub to: Vec<String>,
    /// What it is about, in any script.
    pub subject: String,
    /// As text.
    pub text: String,
    /// As HTML, which shows pictures as `cid:ID`.
    pub html: String,
    /// The pictures.
    pub pictures: Vec<Picture>,
}

/// A picture that the HTML shows (RFC 2392).
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its content ID, without angle brackets.
    pub id: String,
    /// A PNG file.
    pub png: Vec<u8>,
}

/// A letter that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// What stands for an address is none.
    #[error("not a mail address: {address}")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        #[source]
        source: lettre::address::AddressError,
    },
    /// The parts could not be put together.
    #[error("cannot put the mail together")]
    Build(#[source] lettre::error::Error),
    /// The type of a picture is not known to the library.
    #[error("cannot name the type of a picture")]
    Type(#[source] lettre::message::header::ContentTypeErr),
}

/// A letter as it is sent (RFC 5322).
#[derive(Debug, Clone)]
pub struct Composed {
    pub(crate) envelope: Envelope,
    bytes: Vec<u8>,
}

impl Composed {
    /// The message with its headers, lines ended by CR LF.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Letter {
    /// Puts the message together: text and HTML as alternatives, the pictures with the HTML.
    /// It says of itself that no person wrote it (RFC 3834), so that nothing answers it.
    pub fn compose(&self) -> Result<Composed, LetterError> {
        let mut builder = Message::builder().from(mailbox(&self.from)?);
        for to in &self.to {
            builder = builder.to(mailbox(to)?);
        }
        let picture_type = ContentType::parse("image/png").map_err(LetterError::Type)?;
        let mut related = MultiPart::related().singlepart(SinglePart::html(self.html.clone()));
        for picture in &self.pictures {
            let part = Attachment::new_inline(picture.id.clone())
                .body(picture.png.clone(), picture_type.clone());
            related = related.singlepart(part);
        }
        let parts = MultiPart::alternative()
            .singlepart(SinglePart::plain(self.text.clone()))
            .multipart(related);
        let automatic = HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        );
        // A subject is one line, whatever host names are in it.
        let subject: String =
            self.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let message = builder
            .subject(subject)
            .message_id(None)
            .raw_header(automatic)
            .multipart(parts)
            .map_err(LetterError::Build)?;
        Ok(Composed { envelope: message.envelope().clone(), bytes: message.formatted() })
    }
}

fn mailbox(address: &str) -> Result<Mailbox, LetterError> {
    address.parse().map_err(|source| LetterError::Address { address: address.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};

    use super::{Letter, LetterError, Picture};

    fn letter() -> Letter {
        Letter {
            from: "Postlens <postlens@example.com>".to_owned(),
            to: vec!["admin@example.com".to_owned(), "second@example.org".to_owned()],
            subject: "Postfix レポート\r\nBcc: x@example.net".to_owned(),
            text: "本文 with a line\n.\nand a dot".to_owned(),
            html: "<p>本文<img src=\"cid:times@postlens\"></p>".to_owned(),
            pictures: vec![Picture { id: "times@postlens".to_owned(), png: vec![0x89, 1, 2, 255] }],
        }
    }

    #[test]
    fn a_letter_has_both_forms_and_its_pictures() {
        let composed = letter().compose().unwrap();
        let message = MessageParser::default().parse(composed.bytes()).unwrap();
        assert_eq!(message.subject(), Some("Postfix レポート Bcc: x@example.net"));
        assert!(message.bcc().is_none());
        assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n"), letter().text);
        assert_eq!(message.body_html(0).unwrap(), letter().html);
        let picture = message.attachments().next().unwrap();
        assert_eq!(picture.content_id(), Some("times@postlens"));
        assert_eq!(picture.contents(), [0x89, 1, 2, 255]);
        let header = message.header_raw("Auto-Submitted").map(str::trim);
        assert_eq!(header, Some("auto-generated"));
        assert_eq!(composed.envelope.to().len(), 2);
    }

    #[test]
    fn what_is_no_address_is_named() {
        let letter = Letter { to: vec!["admin at example".to_owned()], ..letter() };
        let error = letter.compose().unwrap_err();
        assert!(
            matches!(error, LetterError::Address { ref address, .. } if address == "admin at example")
        );
    }
}
