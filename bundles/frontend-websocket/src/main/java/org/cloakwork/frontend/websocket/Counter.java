package org.cloakwork.frontend.websocket;

import org.cloakwork.spi.runtime.Counters;

/** Everything a websocket front-end counts. */
enum Counter implements Counters.Keyed {
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
