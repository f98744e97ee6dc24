package org.cloakwork.wire.gateway;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Opens the tests of this package. */
public final class GatewayVectors {

    private GatewayVectors() {
    }

    public static Stream<DynamicTest> all() {
        return new GatewayVectorsTest().gateway();
    }
}
