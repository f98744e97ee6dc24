package org.cloakwork.wire.websocket;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Opens the tests of this package. */
public final class WebSocketVectors {

    private WebSocketVectors() {
    }

    public static Stream<DynamicTest> all() {
        return new WebSocketVectorsTest().requestsAndResponses();
    }
}
