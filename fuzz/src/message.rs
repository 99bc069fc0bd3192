//! What crosses a link, for anyone to see.

use latchbook::smartbox::protocol::MESSAGE_BYTES;
use latchbook::smartbox::protocol::messages::{read_request, read_response, write_request, write_response};

/// Whatever is read is read again from what is written of it, and that is a message too.
pub fn message(bytes: &[u8]) {
    if let Ok((exchange, request)) = read_request(bytes) {
        let written = write_request(exchange, &request);
        assert!(written.len() <= MESSAGE_BYTES);
        assert_eq!(read_request(&written), Ok((exchange, request)));
    }
    if let Ok((exchange, response)) = read_response(bytes) {
        let written = write_response(exchange, &response);
        assert!(written.len() <= MESSAGE_BYTES);
        assert_eq!(read_response(&written), Ok((exchange, response)));
    }
}
