package org.cloakwork.frontend.websocket;

import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;

/** What is spoken on one connection. Called by one thread at a time; never while the session's lock is held. */
interface Dialect {

    /** The connection is there, and nothing has come yet. */
    default void opened() {
    }

    /** @param text a text message as it came */
    void text(String text);

    /** @param frame a binary message as it came */
    void binary(byte[] frame);

    /** @param address answers what asked for it */
    void address(MixnetAddress address);

    /** @return how a message that arrived is put, at the moment it is written */
    Payload put(ReceivedMessage message);

    /** The connection is gone. */
    default void ended() {
    }
}
