package org.cloakwork.frontend.websocket;

import org.cloakwork.spi.runtime.Counters;

/** Everything a websocket front-end counts. */
enum Counter implements Counters.Keyed {
    MESSAGES_DROPPED("websocket.dropped.unread",
            "messages that a program was cut off without, since it did not read what others did"),
    OPENED("websocket.sessions.opened", "connections that became a websocket"),
    REFUSED_ORIGINS("websocket.refused.origins", "requests of pages whose origin is not among allowed-origins"),
    BYTES_IN("websocket.in.bytes", "bytes of frames that programs sent"),
    BYTES_OUT("websocket.out.bytes", "bytes of frames that programs were sent");

    private final String key;
    private final String description;

    Counter(String key, String description) {
        this.key = key;
        this.description = description;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public String description() {
        return description;
    }
}
