package org.cloakwork.spi.routes;

import java.util.Locale;

/** What a mix of a route is drawn for. */
public enum Scope {

    /** For the packet, of all mixes of the layer. */
    FRESH,
    /** For a conversation. */
    CONVERSATION,
    /** For the client. */
    CLIENT;

    /** {@return what it is called in configurations} */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
