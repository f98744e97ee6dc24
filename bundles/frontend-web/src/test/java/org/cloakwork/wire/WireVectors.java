package org.cloakwork.wire;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Opens the tests of this package. */
public final class WireVectors {

    private WireVectors() {
    }

    public static Stream<DynamicTest> all() {
        return Stream.of(new AckVectorsTest().acks(), new AddressVectorsTest().addresses(),
                new CoverVectorsTest().cover(), new FragmentVectorsTest().fragments(),
                new FramingVectorsTest().framing(), new MessageVectorsTest().messages(),
                new PreparedVectorsTest().prepared()).flatMap(tests -> tests);
    }
}
