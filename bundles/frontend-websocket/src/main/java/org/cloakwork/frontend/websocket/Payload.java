package org.cloakwork.frontend.websocket;

import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.websocket.core.OpCode;

/**
 * What one frame carries.
 *
 * @param opCode text or binary
 * @param bytes  not to be changed
 */
record Payload(byte opCode, byte[] bytes) {

    static Payload of(String text) {
        return new Payload(OpCode.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    static Payload of(byte[] binary) {
        return new Payload(OpCode.BINARY, binary);
    }
}
