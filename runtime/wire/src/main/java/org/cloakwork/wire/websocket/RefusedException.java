package org.cloakwork.wire.websocket;

import org.cloakwork.wire.WireException;

/** A request or response is not what the interface asks for. */
public final class RefusedException extends WireException {

    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;

    /**
     * @param kind   for programs
     * @param detail for people; shows no content
     */
    public RefusedException(ErrorKind kind, String detail) {
        super(detail);
        this.kind = kind;
    }

    /** {@return what is wrong} */
    public ErrorKind kind() {
        return kind;
    }
}
