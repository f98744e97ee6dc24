package org.cloakwork.wire.socks5;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Opens the tests of this package. */
public final class Socks5Vectors {

    private Socks5Vectors() {
    }

    public static Stream<DynamicTest> all() {
        return new Socks5VectorsTest().messages();
    }
}
