package org.cloakwork.streams;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Opens the tests of this package. */
public final class StreamsVectors {

    private StreamsVectors() {
    }

    public static Stream<DynamicTest> all() {
        return new OrderVectorsTest().orderedBuffer();
    }
}
