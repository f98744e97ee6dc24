package org.cloakwork.itests.transports;

import java.util.List;

/** The transport on the JDK's HTTP client, whose header {@code User-Agent} is empty: it cannot be left out. */
class JdkTransportIT extends GatewayTransportContract {

    JdkTransportIT() {
        super("websocket-jdk", "refused or not reachable", "more than 131072 bytes",
                "the connection ended without a close frame", "within 11000 ms", List.of("user-agent: "),
                "HttpClient-\\d+-SelectorManager");
    }

    /** The JDK now and then loses such an end: docs/operators.md. */
    @Override
    boolean noticesAnEndByTheNextWrite() {
        return true;
    }
}
