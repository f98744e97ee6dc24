package org.cloakwork.wire.websocket;

import java.util.Arrays;
import java.util.Optional;

/** What is wrong with a request or response. Source: protocol/6-frontends, 1.6. */
public enum ErrorKind {
    EMPTY_REQUEST(0x01, "received request contained no data"),
    TOO_SHORT_REQUEST(0x02, "received request did not contain enough data"),
    UNKNOWN_REQUEST(0x03, "unknown request type"),
    MALFORMED_REQUEST(0x04, "malformed request"),
    EMPTY_RESPONSE(0x80, "received response contained no data"),
    TOO_SHORT_RESPONSE(0x81, "received response did not contain enough data"),
    UNKNOWN_RESPONSE(0x82, "unknown response type"),
    MALFORMED_RESPONSE(0x83, "malformed response"),
    OTHER(0xff, "other");

    private final int code;
    private final String text;

    ErrorKind(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** {@return the byte on the wire} */
    public int code() {
        return code;
    }

    /** {@return what the text form begins with, before a colon and the detail} */
    public String text() {
        return text;
    }

    static Optional<ErrorKind> of(int code) {
        return Arrays.stream(values()).filter(kind -> kind.code == code).findFirst();
    }
}
