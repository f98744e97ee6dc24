package org.cloakwork.frontend.serve;

import org.cloakwork.spi.runtime.Counters;

/** Everything that is counted of services. */
enum Counter implements Counters.Keyed {
    OPENED("serve.connections.opened", "connections of callers joined with a program"),
    FAILED("serve.connections.failed", "connections of callers refused because the program did not take them"),
    REFUSED("serve.connections.refused", "connections of callers refused because of a limit"),
    GAVE_WAY("serve.connections.gave-way", "connections that were idle when there was no room for another"),
    BROKEN("serve.connections.broken", "connections that ended before both sides had closed them"),
    BYTES_OUT("serve.out.bytes", "bytes of programs that went to callers"),
    BYTES_IN("serve.in.bytes", "bytes of callers that went to programs");

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
